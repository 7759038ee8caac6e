"""A local Azure for development and tests; it ships to nobody."""
