"""Every write of this room."""

from ringar.talk.actions.telling import follow_row, tell_people, unfollow_row

__all__ = ["follow_row", "tell_people", "unfollow_row"]
