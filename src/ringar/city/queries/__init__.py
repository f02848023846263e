"""Reads of this room, one file a subject; none writes."""
