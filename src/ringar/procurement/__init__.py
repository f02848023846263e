"""Owns what the law of procurement asks of a small start: the ceiling for direct award, purchases of the same kind
in the financial year across the organisation, and the documented choice of a supplier.

Does not own pilots: a choice and a purchase keep the uuid of the row that they are for.
"""
