"""Ringar: from a need felt in one unit of a municipality to a proven solution in every unit."""

import ringar_kits  # noqa: F401  one thread for linear algebra, before any room imports numpy

__version__ = "0.1.0"
