"""The room matching."""
