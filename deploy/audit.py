"""`make audit`: the bill of materials of what runs, and whether any of it has a known vulnerability.

Writes build/sbom.json (CycloneDX) and build/audit.json (pip-audit). Exit codes: 0 everything was looked up
and nothing is known; 1 something is known; 3 not everything could be looked up, so nothing is proven.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = "requirements/run.txt"
FINE, KNOWN, UNPROVEN = 0, 1, 3


def verdict(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Exit code and lines for people, from pip-audit's JSON report."""
    packages = report["dependencies"]
    skipped = [each["skip_reason"] for each in packages if "skip_reason" in each]
    known = [_line(each, found) for each in packages for found in each.get("vulns", ())]
    if skipped:
        unproven = (
            f"{len(skipped)} of {len(packages)} packages could NOT be looked up ({skipped[0]}); nothing is"
            " proven of them: run it again where the package index has its advisories"
        )
        return KNOWN if known else UNPROVEN, [*known, unproven]
    if known:
        return KNOWN, known
    return FINE, [f"{len(packages)} packages looked up, no known vulnerability"]


def _line(package: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    mended = ", ".join(found["fix_versions"]) or "no release yet"
    return f"{package['name']} {package['version']}: {found['id']}, mended in {mended}"


def main() -> int:
    """Make both files and print the verdict."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    _run("cyclonedx-py", "requirements", REQUIREMENTS, "--output-format", "JSON", "-o", "build/sbom.json")
    parts = json.loads((build / "sbom.json").read_text("utf-8"))["components"]
    sys.stdout.write(f"audit: build/sbom.json: {len(parts)} components\n")
    audit = _run(
        "pip-audit", "--disable-pip", "--require-hashes", "--requirement", REQUIREMENTS,
        "--format", "json", "--progress-spinner", "off",
    )  # fmt: skip
    try:
        report = json.loads(audit.stdout)
    except ValueError:
        last = (audit.stderr.strip().splitlines() or ["no word from pip-audit"])[-1]
        sys.stdout.write(f"audit: the advisories cannot be reached; nothing is proven: {last}\n")
        return UNPROVEN
    (build / "audit.json").write_text(audit.stdout, "utf-8")
    code, lines = verdict(report)
    sys.stdout.write("".join(f"audit: {line}\n" for line in lines))
    return code


def _run(tool: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name(tool)), *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    if tool == "cyclonedx-py" and run.returncode:
        sys.exit(f"audit: no bill of materials: {run.stderr.strip()[-300:]}")
    return run


if __name__ == "__main__":
    sys.exit(main())
