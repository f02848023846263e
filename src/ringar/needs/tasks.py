"""What the robots do for needs."""

from django.utils.translation import gettext_lazy as _

from ringar.needs.actions import embed_needs
from ringar.robots.registry import CannotWork, WorkContext, task


@task("needs.embed", label=_("Make needs findable by meaning"))
def embed(work: WorkContext) -> None:
    uuids = work.payload.get("needs")
    if not isinstance(uuids, list):
        raise CannotWork("The work names no needs.")
    embed_needs(uuids=[str(uuid) for uuid in uuids], report=work.report)
