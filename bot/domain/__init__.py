"""The pure core: values in, values out. No I/O, no Slack, no SQL, no clock; `now` and `today` are arguments."""
