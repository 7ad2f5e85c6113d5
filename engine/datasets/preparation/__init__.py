"""What is done with given tables before they are recognised: one kind of file that people have each."""
