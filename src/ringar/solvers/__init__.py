"""The room solvers."""
