"""The ways to draw vectors in two dimensions: one file each, ending in one PROJECTION record."""
