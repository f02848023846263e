"""What other systems may be told of by webhooks: that a meeting day's timetable is out, changed, or called off."""

HOOKS = ("publish_meeting_day", "tell_meetings", "cancel_meeting_day")
