"""A model is trained in steps, stopped in time, and taken up again after any end."""
