"""Simulated visitors of the dashboard, who speak the browser's own protocol."""
