"""The pieces of the page on which a model is adapted."""
