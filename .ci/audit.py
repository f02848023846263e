"""Known faults in what we depend on (`make audit`): exit code 1 where there are any.

Asks what PyPI knows of requirements.lock, then OSV where PyPI tells nothing, and npm of package-lock.json. Where no
service answers, which is so behind many firewalls, it says plainly that nothing was checked, and goes on.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300


def run_json(*command: str) -> dict[str, Any]:
    """What a command prints as JSON; {} where it ends in any other way."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        told = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return told if isinstance(told, dict) else {}


def python_faults(told: dict[str, Any]) -> tuple[int, list[str]]:
    """(packages checked, faults) of pip-audit's report."""
    checked = [each for each in told.get("dependencies", []) if "vulns" in each]
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or '–'}"
        for each in checked
        for fault in each["vulns"]
    ]
    return len(checked), faults


def node_faults(told: dict[str, Any]) -> tuple[int, list[str]]:
    """(packages checked, faults) of npm's report."""
    found = told.get("vulnerabilities")
    if not isinstance(found, dict):
        return 0, []
    count = told.get("metadata", {}).get("dependencies", {}).get("total", 0)
    return count, [
        f"{name}: {each.get('severity')}, versions {each.get('range')}" for name, each in found.items()
    ]


def audit_python() -> tuple[int, list[str]]:
    for service in ("pypi", "osv"):
        audit = ("-m", "pip_audit", "--disable-pip", "-r", "requirements.lock", "-f", "json", "-s", service)
        count, faults = python_faults(run_json(sys.executable, *audit, "--progress-spinner", "off"))
        if count:
            return count, faults
    return 0, []


def main() -> int:
    reports = {"Python": audit_python()}
    if npm := shutil.which("npm"):
        reports["JavaScript"] = node_faults(run_json(npm, "audit", "--json"))
    for name, (count, faults) in reports.items():
        if count:
            print(f"{name}: {count} packages checked, {len(faults)} known faults")
        else:
            print(f"{name}: NOT CHECKED, no service that knows of faults answers from here")
        for fault in faults:
            print(f"  {fault}")
    return 1 if any(faults for _, faults in reports.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
