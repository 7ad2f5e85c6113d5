"""The recipes by which a model is adapted: one file each, ended by RECIPE."""
