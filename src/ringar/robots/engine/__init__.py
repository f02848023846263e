"""The engine that does the work: its processes, who of them lives, and how one piece is run."""
