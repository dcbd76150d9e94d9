"""The purposes of this feature's deliveries to people, as they are stored: never renamed. What each says is in
`deliveries`. The subject of all begins with the run's id. Those of the post are in `bot.blocker_posts`."""

ASK = "checkins.team_ask"
"""The question to one person: Verb.POST by DM, subject: the run's id."""

REMIND = "checkins.team_remind"
"""Its one reminder, likewise; passed over where the answer is there."""

CHANGED = "checkins.team_changed"
"""What an ASK or REMIND turns into: Verb.UPDATE of it, whenever somebody answers and when the run is over."""

HELPED = "checkins.team_helped"
"""To whom something is in the way: who takes it. Verb.POST by DM, subject: the blocker's id, fact `by`."""

MISSED = "checkins.team_missed"
"""To whoever set it up: why a date was not posted. Verb.POST by DM, fact `why`."""
