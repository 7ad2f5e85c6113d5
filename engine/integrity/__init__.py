"""Is everything in a home as it was written, and what can be mended of what is not?"""
