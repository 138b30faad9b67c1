"""A believable software company, drawn from a seed and landed as connectors land it."""
