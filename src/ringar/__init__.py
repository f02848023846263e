"""Ringar: from a need felt in one unit of a municipality to a proven solution in every unit."""

__version__ = "0.1.0"
