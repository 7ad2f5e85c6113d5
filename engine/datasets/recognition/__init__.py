"""How are given tables read: what a column is called, what it holds, and what the whole would mean, taken together."""
