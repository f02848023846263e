"""Needs: what units lack, in their own words, with evidence from outside the building.

Owns needs, their whys and criteria, evidence, and who else has the same need. Says what a need must hold to
move on. Does not own solutions (`solvers`), nor which of them fit (`matching`).
"""
