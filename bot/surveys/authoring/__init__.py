"""Making a survey: drafts and their forms, `/pulse new`, `/pulse edit`, `/pulse enps`, and what they understand."""
