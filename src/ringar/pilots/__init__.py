"""Owns pilots, from an exercise to full scale: gates, effect goals, measurements, decisions, hindrances.

Does not own how an effect is estimated (kit `effects`), nor purchases and ceilings (room `procurement`).
"""
