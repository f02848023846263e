"""Data sets and what is in them, fits and work lists, sensors."""

from ringar.city.models.assets import Asset, AssetChange, Incident, Observation
from ringar.city.models.data import DataImport, DataSet, Release
from ringar.city.models.lists import Fit, PipeRisk, WorkList, WorkListItem
from ringar.city.models.sensors import Reading, Sensor, Series

__all__ = [
    "Asset",
    "AssetChange",
    "DataImport",
    "DataSet",
    "Fit",
    "Incident",
    "Observation",
    "PipeRisk",
    "Reading",
    "Release",
    "Sensor",
    "Series",
    "WorkList",
    "WorkListItem",
]
