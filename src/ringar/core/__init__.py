"""Owns organisations, units, people and their roles, the audit trail, the base page and the styles.

Also the places where rooms meet without importing upward: panels on each other's pages (`registry`),
imports from spreadsheets (`importing`), full-text search (`search`), cached text vectors (`vectors`)
and the clock that the demo can move (`clock`). Owns no needs, solutions or other subject matter.
"""
