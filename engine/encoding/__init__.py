"""Texts become vectors, each once: batching, the store of vectors, their health."""
