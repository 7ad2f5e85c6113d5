"""The pieces of the suites page."""
