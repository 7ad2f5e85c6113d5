"""The pieces of the models page."""
