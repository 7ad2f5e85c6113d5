"""The pieces of the page of chunks."""
