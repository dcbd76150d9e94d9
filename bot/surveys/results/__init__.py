"""What came out: deciding what may be shown, showing it, what follows from it, files out, and rounds of the past in."""
