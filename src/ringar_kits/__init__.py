"""Plain Python methods that any municipality can take home: no Django, no ringar.

Each kit is a package of its own with frozen dataclasses in and out, and one file per verb.
`errors` and `tables` are shared by all of them: how bad input is told, and how files are read.
"""
