"""The kinds of model: one file per family, each ending in one FAMILY record."""
