"""The pieces of the hybrid page."""
