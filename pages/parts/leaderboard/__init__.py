"""The pieces of the leaderboard."""
