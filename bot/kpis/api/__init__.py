"""KPI entries from other systems: the HTTP API, and its tokens, which admins make and revoke in Slack."""
