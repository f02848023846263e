"""What other systems may be told of by webhooks: actions of the audit trail on needs that everyone inside may see."""

HOOKS = ("share_need", "edit_need", "move_need", "join_need", "leave_need", "add_evidence", "set_criteria")
