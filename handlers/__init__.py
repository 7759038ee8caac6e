"""One module per subject or kind of request: observe, decide, act, report."""
