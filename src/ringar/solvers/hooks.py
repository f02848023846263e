"""What other systems may be told of by webhooks: actions of the audit trail on what the organisation calls for."""

HOOKS = ("open_call", "edit_call", "close_call")
