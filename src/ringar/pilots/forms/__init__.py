"""The forms, by subject."""
