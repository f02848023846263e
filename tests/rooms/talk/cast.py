"""What is said in the tests of rights: something of each kind, with the words in capitals that are hidden from some."""

from typing import Any

from ringar.core.queries import viewer_of
from ringar.talk.actions import add_comment, hide_comment, report_row, save_template
from ringar.talk.actions.digests import unsubscribe_token
from ringar.talk.models import Notification, Report
from tests.people import People


def add_talk(args: dict[str, list[Any]], people: People) -> None:
    """Comments on the needs of the world: open, internal, hidden, reported; a template; what Bo is told."""
    bo, dag = viewer_of(people.bo), viewer_of(people.dag)
    need, public, unit_need = args["need"][0], args["public"][0], args["unit-need"][0]
    args |= {
        "talk-need": ["need", need],
        "talk-public": ["need", public],
        "talk-unit": ["need", unit_need],
        "said": [add_comment(by=bo, row=need, text="Vi prövar med SAMTALSORDET").comment],
        "internal": [add_comment(by=bo, row=public, text="INTERNT mellan oss", is_internal=True).comment],
        "hidden-words": [add_comment(by=bo, row=need, text="DOLTORD om en granne").comment],
        "template": [save_template(by=dag, name="MALLEN", text="Hej {name}! Tack.")],
        "kind-need": ["need"],
    }
    add_comment(by=dag, row=unit_need, text="ENHETENS samtal")
    hide_comment(by=dag, comment=args["hidden-words"][0], reason="Pekar ut en granne")
    report_row(by=bo, row=need, comment=args["said"][0], why="ANMÄLANS skäl")
    args["report"] = [Report.objects.get(decision="")]
    args["note"] = [Notification.objects.filter(person=people.bo, row=unit_need.uuid)[0]]
    args["leave"] = [unsubscribe_token(people.bo)]
