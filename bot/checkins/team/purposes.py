"""The purposes of this feature's deliveries, as they are stored: never renamed. What each says is in `deliveries`. The
subject of all begins with the run's id."""

ASK = "checkins.team_ask"
"""The question to one person: Verb.POST by DM, subject: the run's id."""

REMIND = "checkins.team_remind"
"""Its one reminder, likewise; passed over where the answer is there."""

CHANGED = "checkins.team_changed"
"""What an ASK or REMIND turns into: Verb.UPDATE of it, whenever somebody answers and when the run is over."""

POST = "checkins.team_post"
"""What came together: Verb.POST into the channel, subject: the run's id."""

PART = "checkins.team_part"
"""What did not fit there: Verb.REPLY into the thread of the POST, fact `part` (1, 2, …)."""

POST_CHANGED = "checkins.team_post_changed"
"""A POST or PART once somebody has picked up a blocker in it: Verb.UPDATE of it, fact `part` (0 is the POST)."""

HELPED = "checkins.team_helped"
"""To whom something is in the way: who takes it. Verb.POST by DM, subject: the blocker's id, fact `by`."""

MISSED = "checkins.team_missed"
"""To whoever set it up: why a date was not posted. Verb.POST by DM, fact `why`."""
