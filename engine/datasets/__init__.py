"""Which datasets there are: read, recognised, checked, kept, described and corrected."""
