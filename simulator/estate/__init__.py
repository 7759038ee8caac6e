"""A small subscription with one of every situation that the product has to understand."""
