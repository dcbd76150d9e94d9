"""What was logged, and changing it: the history of a KPI, correcting an entry, deleting one. Undo is one level up."""
