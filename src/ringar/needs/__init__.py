"""The room needs."""
