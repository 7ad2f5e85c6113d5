"""Files and rows: the shared SQLite file, flat arrays, saved tables."""
