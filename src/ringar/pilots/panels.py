"""What this room shows on other pages, and on the pages of pilots."""

from ringar.core.registry import Panel
from ringar.pilots.panels_effect import effect_panel
from ringar.pilots.panels_followed import (
    hindrances_of_meeting,
    hindrances_panel,
    measurements_panel,
    staff_panel,
)
from ringar.pilots.panels_lists import list_of_pilot_panel, pilot_of_list_panel
from ringar.pilots.panels_pilots import pilots_of_meeting_panel, pilots_of_need_panel

PANELS = [
    Panel("need_detail", 20, pilots_of_need_panel),
    Panel("meeting_detail", 10, pilots_of_meeting_panel),
    Panel("work_list_detail", 10, pilot_of_list_panel),
    Panel("pilot_detail", 10, effect_panel),
    Panel("pilot_detail", 15, list_of_pilot_panel),
    Panel("pilot_detail", 20, measurements_panel),
    Panel("pilot_detail", 30, staff_panel),
    Panel("pilot_detail", 40, hindrances_panel),
    Panel("need_detail", 50, hindrances_panel),
    Panel("meeting_detail", 20, hindrances_of_meeting),
]
