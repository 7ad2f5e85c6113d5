"""The pieces of the cost page."""
