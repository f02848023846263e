"""The pages of this room: needs shown, written and moved on; evidence."""
