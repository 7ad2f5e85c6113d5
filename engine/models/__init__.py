"""Which models there are: the catalogue, their variants, and how far each reads."""
