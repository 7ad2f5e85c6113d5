"""The pieces of the page on mistakes in the data: suspects, corrections, votes."""
