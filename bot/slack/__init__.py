"""What the bot needs of Slack: blocks, ids, charts, and the gateway, the one way out."""
