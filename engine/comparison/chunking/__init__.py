"""How should documents be cut for a model, and is it worth it?"""
