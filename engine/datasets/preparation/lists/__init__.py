"""What one cell or row holds of several documents or questions."""
