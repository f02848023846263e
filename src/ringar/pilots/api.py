"""This room's part of the JSON interface."""

from ringar.pilots.api_effect import router as effect
from ringar.pilots.api_measurements import router as measurements

ROUTERS = [("/pilots", effect), ("/pilots", measurements)]
