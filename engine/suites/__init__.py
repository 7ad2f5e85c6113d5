"""Suites of datasets: how models stand on one, and the job that runs what is left."""
