"""The pieces of the map: what to draw, its colours, what is selected."""
