"""What Slack refuses in messages and views: limits, surfaces, structure. Pure: dictionaries in, findings out.

The numbers are in bot.playground.limits. Here: `findings` (collecting faults with JSON pointers), `texts`, `elements`,
`layout` (the everyday blocks), `data_blocks` (tables and charts), `rich_text`, `composed` (cards, containers, plans),
`whole` (a whole message or view), `mrkdwn` (what Slack accepts and then shows wrong).
"""
