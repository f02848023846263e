"""Pure decisions of this room, one file a subject: no database, no clock."""
