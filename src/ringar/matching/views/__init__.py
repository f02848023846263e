"""The pages of this room: a need's matches, a solution's needs, calls from needs."""

from django.http import HttpRequest

from ringar.core.rules import Viewer


class Request(HttpRequest):
    """A request as `core.middleware` hands it on: it knows who is looking."""

    viewer: Viewer
