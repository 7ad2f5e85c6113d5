"""The pieces of the method page."""
