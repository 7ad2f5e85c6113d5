"""The pieces of the datasets page."""
