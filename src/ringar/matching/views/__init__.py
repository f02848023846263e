"""The pages of this room: a need's matches, a solution's needs, calls from needs."""
