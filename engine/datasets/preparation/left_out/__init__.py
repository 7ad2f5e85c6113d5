"""Which rows and columns of given tables are nothing to judge by, and are left out with a word."""
