"""The pieces of the page of indexes."""
