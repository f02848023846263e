"""What other systems may be told of by webhooks: actions of the audit trail on pilots that everyone inside may see."""

HOOKS = ("start_pilot", "open_gate", "refuse_gate", "decide_pilot", "publish_pilot")
