"""KPI entries from tables: which column is what, how days and numbers are written, whose they are, what is new. First a
plan that says all of it (`planning`), then recorded as a whole (`recording`). Reading files is `bot.spreadsheets`'.
"""
