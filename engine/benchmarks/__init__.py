"""The public benchmarks: their tasks, data and suites as mteb knows them, and their published scores."""
