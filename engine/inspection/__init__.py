"""Where a model goes wrong, item by item."""
