"""The pieces of the search page."""
