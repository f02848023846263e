"""Owns the first page, the search over everything, and the overview of all that is under way. Reads only.

Owns no tables and makes no changes; every row it shows is asked for through the room that owns it.
"""
