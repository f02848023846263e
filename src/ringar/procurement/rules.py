"""Ceilings and sums. Pure: no database, no clock."""
