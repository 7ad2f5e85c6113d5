"""The engine of Parallax: datasets, models, tasks, scores, and the jobs that make them; no dashboard."""
