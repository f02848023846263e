"""Reads of this room: what is said on a row, what a person is told, what waits for moderators."""
