"""Owns what lies in the city's ground and streets: data sets, assets, breaks, fits of risk, work lists, sensors.

Says of each data set who owns it and who may do what with it; what is restricted stays with those who work with it.
Does not own how a break is foreseen (kit `leaks`), nor whether a way of working had an effect (room `pilots`).
"""
