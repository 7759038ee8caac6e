"""Pure decisions: no I/O, clock, environment or logging."""
