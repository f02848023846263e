"""Every write of this room."""

from ringar.talk.actions.following import pass_on_follows, take_back_follows
from ringar.talk.actions.telling import follow_row, tell_people, unfollow_row

__all__ = ["follow_row", "pass_on_follows", "take_back_follows", "tell_people", "unfollow_row"]
