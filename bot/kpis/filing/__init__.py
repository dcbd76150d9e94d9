"""KPI files in Slack: a form takes one in, what it would do is shown before anything is recorded, and exports are sent
into the person's own messages. What a file means is in `importing`, how files are read and written in
`bot.spreadsheets`.
"""
