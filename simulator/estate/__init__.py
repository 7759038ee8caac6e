"""A subscription with one of every situation that the product has to understand, and the people in it."""
