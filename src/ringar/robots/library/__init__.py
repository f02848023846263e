"""Robots that a municipality can set up as they are: RINGAR_ROBOTS=ringar.robots.library.cancel_invoice

What they are told (addresses, passwords, limits) comes from RINGAR_ROBOT_<NAME>_…, see docs/howto/write-a-robot.md.
"""
