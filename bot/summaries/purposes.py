"""The purposes of this feature's deliveries, as they are stored: never renamed. What each says is in `deliveries`, when
it is owed in `service` and `corrections`."""

POST = "summaries.post"
"""A channel's summary: Verb.POST into the channel, subject "{summary_id}:{day}", fact `day` (the local date it was
due)."""

DETAILS = "summaries.details"
"""What did not fit the first screen: Verb.REPLY into the thread of a POST, which is its `target_id`; facts as
POST's."""

OWING = "summaries.owing"
"""Who has yet to log, by name: Verb.POST to the summary's `lead_id` by DM, at the lead's own next working moment; facts
as POST's."""

CORRECTION = "summaries.correction"
"""A POST said again with what has changed since: Verb.UPDATE of the POST, subject "{summary_id}:{day}:{n}"; facts as
POST's."""

CORRECTED_DETAILS = "summaries.corrected_details"
"""The thread's reply said again: Verb.UPDATE of the DETAILS; otherwise as CORRECTION."""

NOT_IN_CHANNEL = "summaries.not_in_channel"
"""The note to a summary's author when its channel cannot be posted to: Verb.POST by DM, facts `channel` and `why`."""

TRIAL = "summaries.trial"
"""A test of a summary that is being set up: Verb.POST by DM to whoever does, facts as in `trials`."""

TRIAL_DETAILS = "summaries.trial_details"
"""What would follow in the thread: Verb.REPLY to a TRIAL; facts as TRIAL's."""
