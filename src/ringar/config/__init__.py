"""Wiring: settings from the environment, the addresses of all rooms, the web entry point."""
