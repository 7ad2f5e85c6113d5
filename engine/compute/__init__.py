"""The processor: threads that share its cores, independent work in parallel, compiled loops."""
