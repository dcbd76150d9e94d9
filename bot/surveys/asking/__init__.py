"""Who is asked and when: audiences, calendars, the budget of prompts, launching, reminding, previews, early close."""
