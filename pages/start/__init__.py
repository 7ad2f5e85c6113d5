"""How the dashboard is started."""
