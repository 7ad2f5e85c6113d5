"""A model of one's own: recipe, split, training, verdict."""
