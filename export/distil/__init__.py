"""A live twin for a full model: a small generator learns to draw what the full one draws."""
