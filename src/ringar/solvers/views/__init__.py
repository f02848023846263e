"""The pages of this room: solvers and solutions, calls, answers."""
