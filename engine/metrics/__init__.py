"""Numbers from arrays: each metric with its definition and its source."""
