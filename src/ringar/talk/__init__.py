"""Room talk: discussion on any row, follow, reactions, notifications and digests, moderation.

Knows no room above it: a row is named by its kind and uuid, and found through core.registry (subjects.py of rooms).
"""
