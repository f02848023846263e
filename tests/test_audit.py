"""`make audit`: a known fault is told and fails; where no service answers it says so and goes on."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "audit.py"
spec = importlib.util.spec_from_file_location("audit", SCRIPT)
assert spec and spec.loader
audit: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)


def test_python_faults_when_some_are_known_then_named_with_their_remedy() -> None:
    told = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": []},
            {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]},
            {"name": "c", "skip_reason": "not found"},
        ]
    }
    assert audit.python_faults(told) == (2, ["b 2: CVE-1, mended in 3"])
    assert audit.python_faults({}) == (0, [])


def test_node_faults_when_npm_answers_or_not_then_told_apart() -> None:
    found = {"x": {"severity": "high", "range": "<2"}}
    told = {"vulnerabilities": found, "metadata": {"dependencies": {"total": 3}}}
    assert audit.node_faults(told) == (3, ["x: high, versions <2"])
    assert audit.node_faults({"message": "405", "error": {}}) == (0, [])


def test_run_json_when_a_command_fails_or_is_missing_then_nothing() -> None:
    assert audit.run_json(sys.executable, "-c", "print('no JSON')") == {}
    assert audit.run_json("/no/such/command") == {}
    assert audit.run_json(sys.executable, "-c", "print('{\"a\": 1}')") == {"a": 1}


def test_audit_when_no_service_can_be_reached_then_says_so_and_goes_on() -> None:
    nowhere = {"PATH": "", "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, SCRIPT], env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Python: NOT CHECKED" in done.stdout
