"""What of given tables is only told: they stay as they are."""
