"""What lies below the pipes on a map, and the pages of a map in the demo's city."""

import json

from ringar.city.actions.data import Description, add_data_set
from ringar.city.models import Asset, DataSet
from ringar.city.rules.data import DataKind
from tests.rooms.city.town import Town


def add_districts(town: Town, *, is_restricted: bool) -> DataSet:
    told = Description(name="Distrikt", owner_unit=town.pipes.owner_unit, is_restricted=is_restricted)
    made = add_data_set(by=town.by, kind=DataKind.DISTRICTS, told=told)
    square = {"type": "Polygon", "coordinates": [[[18, 58], [18.1, 58], [18.1, 58.1], [18, 58]]]}
    Asset.objects.create(
        organisation=made.organisation,
        data_set=made,
        kind=made.kind,
        external_id="1",
        label="Hamnen <b>",
        geometry=json.dumps(square),
    )
    made.size = 1
    made.save(update_fields=["size"])
    return made
