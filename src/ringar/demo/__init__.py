"""Owns the demo: an invented city with people, needs and solutions, log-in by one press, a clock that can be moved.

Everything here is off unless RINGAR_DEMO=1. Owns no tables; what it makes, it makes through the rooms' own actions,
so the demo can hold nothing that real use could not. The outbox page belongs to the robots, who send the mail.
"""
