"""The pages of the dashboard: one question of the user each, in folders, so that only app.py ever frames them."""
