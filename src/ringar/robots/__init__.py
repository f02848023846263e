"""The room robots."""
