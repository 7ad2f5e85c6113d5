"""Work that outlives every process: the queue, its workers, and what they do."""
