"""Where a robot's servers are, and that passwords go to them encrypted."""

import ssl

from ringar.robots.robot_settings import NotSet, setting

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 30.0


def server(robot: str, which: str, port: int) -> tuple[str, int, str]:
    """Host, port and security ("tls", "starttls" or "none") of that server: <WHICH>_HOST, _PORT and _SECURITY.

    Raises NotSet; also where a password would go in clear text to another machine.
    """
    host = setting(robot, f"{which}_HOST")
    security = setting(robot, f"{which}_SECURITY", "tls")
    if security not in ("tls", "starttls", "none"):
        raise NotSet(f"{which}_SECURITY of {robot} is tls, starttls or none (only on the same machine).")
    refuse_clear_text(robot, which, host, is_clear=security == "none")
    return host, int(setting(robot, f"{which}_PORT", str(port))), security


def refuse_clear_text(robot: str, which: str, host: str, *, is_clear: bool) -> None:
    """Raises NotSet where what is secret would go unencrypted to another machine."""
    if is_clear and host not in LOOPBACK:
        raise NotSet(f"{which} of {robot} is on another machine: passwords go there by TLS only.")


def tls() -> ssl.SSLContext:
    """Checks the server's certificate."""
    return ssl.create_default_context()
