"""Objects and lists inside cells, and files that are one object: which tables do they hold?"""
