"""The same work on several machines: shards of texts that any shell loop may encode, and a cluster of Ray."""
