"""How rooms below this one have people told of what happens in them."""

from ringar.talk.actions import tell_people

TELLERS = (tell_people,)
