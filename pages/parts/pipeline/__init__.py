"""The pieces of the pipeline page: what its stages give, two models fused, and how a pipeline is built."""
