"""What is learnt from, what is judged on, and that neither knows the other."""
