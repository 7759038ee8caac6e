"""`python -m audit`: what WAC Guard would find in real subscriptions, read from a laptop; nothing is written."""
