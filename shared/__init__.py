"""The app's own parts: the vocabulary, the decisions, Azure, and the acting."""
