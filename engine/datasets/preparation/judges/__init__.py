"""What do several people say together who judged the same, and which of two texts do they call the nearer?"""
