"""This room's part of the JSON interface."""

from ringar.pilots.api_effect import router as effect
from ringar.pilots.api_measurements import router as measurements
from ringar.pilots.api_pilots import router as pilots

ROUTERS = [("/pilots", pilots), ("/pilots", effect), ("/pilots", measurements)]
