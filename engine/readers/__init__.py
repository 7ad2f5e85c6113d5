"""The file formats: one file per reader, each ending in one READER record."""
