"""Where datasets of a prefix come from: one file each, ending in one SOURCE record."""
