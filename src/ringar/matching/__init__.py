"""Owns which solutions fit which needs, and why: rankings, judgements, choices, what an organisation has taught.

Looks down for needs and solutions that are new or changed, and ranks them by queued work; pages only read what is
stored. Owns neither the needs nor the solutions, nor how texts are compared (`ringar_kits.texts`).
"""
