"""A local Slack for trying and testing the bot, with a page that looks like Slack.

It is a program of its own that happens to live in this tree: nothing here imports the rest of `bot`, nor `storage`,
and nothing there imports this. What it knows of the bot it reads from `manifest.yml`. The protocol it speaks is
described in docs/playground.md.
"""
