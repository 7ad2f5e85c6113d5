"""Which model is better, where, and at what cost."""
