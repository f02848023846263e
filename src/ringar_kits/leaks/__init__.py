"""Where will the next pipe burst? Pipes ranked by the breaks to expect, from what a utility already knows."""
