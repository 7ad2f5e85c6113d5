"""The pieces of the runs page."""
