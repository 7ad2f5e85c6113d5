"""The engine of Parallax: datasets, models, tasks, scores, and the jobs that make them; no dashboard."""

import os

# Threads that wait for one another go to sleep instead of spinning. Where other programs share the cores, spinning made
# encoding take eight times as long (1,500 short texts on two busy cores: 55.6 s against 6.5 s).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
