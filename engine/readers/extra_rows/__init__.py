"""Which rows of a table are none of its rows: a second header, sums below it?"""
