"""The one command: `ringar`. Finds the `commands.py` of each kit and room; loads Django only where needed.

A `commands.py` holds `add_commands(group)`: `group("match").add_parser("rank", …)` gives an argparse parser,
`parser.set_defaults(run=function)` what it runs; the function takes the parsed arguments and returns an exit code.
Commands of kits run without Django; commands of rooms may use it.
"""

import argparse
import os
import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import ringar
import ringar_kits
from ringar_kits.errors import InputError

Group = Callable[[str], "argparse._SubParsersAction[argparse.ArgumentParser]"]


def commands_of(package: str, path: list[str]) -> list[str]:
    """The modules `<package>.<name>.commands` that exist, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(path) if module.ispkg)
    return [f"{package}.{name}.commands" for name in names if find_spec(f"{package}.{name}.commands")]


def build_parser(modules: list[str]) -> argparse.ArgumentParser:
    """The parser of all commands that the modules add."""
    parser = argparse.ArgumentParser(
        prog="ringar", description="From a need felt to a solution proven and spread."
    )
    parser.add_argument("--version", action="version", version=f"ringar {ringar.__version__}")
    words = parser.add_subparsers(metavar="COMMAND", title="commands")
    words.add_parser("manage", help="Django's own commands (ringar manage migrate, …)", add_help=False)
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {"": words}

    def group(name: str) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
        if name not in groups:
            groups[name] = words.add_parser(name, help=f"ringar {name} --help").add_subparsers(
                metavar="WHAT", required=True
            )
        return groups[name]

    for module in modules:
        import_module(module).add_commands(group)
    return parser


def start_django() -> bool:
    """Sets Django up; False where the platform (`ringar[web]`) is not installed, or no secret is set."""
    if find_spec("django") is None:
        return False
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringar.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(f"ringar: only the kits' commands are at hand. {error}", file=sys.stderr)
        return False
    return True


def manage(arguments: list[str]) -> int:
    """`ringar manage …`: passes through to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringar.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["ringar manage", *arguments])
    return 0


def is_kit_command(arguments: list[str], modules: list[str]) -> bool:
    """Whether the first two words name a kit's command (then Django stays unloaded)."""
    words: set[tuple[str, ...]] = set()

    class Recorder:
        def __init__(self, name: str) -> None:
            self.name = name

        def add_parser(self, word: str, **_: object) -> argparse.ArgumentParser:
            words.add((self.name, word) if self.name else (word,))
            return argparse.ArgumentParser()

    for module in modules:
        import_module(module).add_commands(Recorder)
    return tuple(arguments[:2]) in words or tuple(arguments[:1]) in words


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns its exit code (2: the input is at fault, and the message names where)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    modules = commands_of("ringar_kits", ringar_kits.__path__)
    if not is_kit_command(arguments, modules) and start_django():
        modules += commands_of("ringar", ringar.__path__)
    parser = build_parser(modules)
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    try:
        return int(options.run(options) or 0)
    except InputError as error:
        print(f"ringar: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
