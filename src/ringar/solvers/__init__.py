"""Owns those who solve things (startups, universities, the municipality itself), their solutions, and calls.

A call is a public page for one or more needs, which anyone answers with an e-mail address only.
Does not own needs (a call keeps their uuid and title) nor which solution fits which need (room `matching`).
"""
