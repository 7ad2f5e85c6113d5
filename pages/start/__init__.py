"""How the dashboard is started."""

JOBS = "jobs/stream"
"""Where a tab listens for the work under way, below the dashboard's own address."""
