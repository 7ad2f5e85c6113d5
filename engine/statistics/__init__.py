"""Is it luck: intervals, paired tests, stability of rankings, power."""
