"""The kinds of evaluation: one file per task, each ending in one TASK record."""
