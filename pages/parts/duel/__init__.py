"""The pieces of the duel."""
