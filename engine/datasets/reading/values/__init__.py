"""What of the values of a column is asked: what is empty, what several raters say together, where right begins?"""
