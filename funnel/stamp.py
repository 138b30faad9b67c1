"""Knows whether a warehouse still is what the last good build made of the same project and data."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from funnel.alerts.settings import PASSWORD, WEBHOOK
from funnel.places import DATABASE, PACKAGE, ROOT, SOURCES, sources_of

FOLDERS = ("models", "macros", "seeds", "tests")
# Where it is, and who is alerted, changes nothing in it.
NOT_INPUTS = (DATABASE, SOURCES, WEBHOOK, PASSWORD)
FILES = ("dbt_project.yml", "profiles.yml", "requirements.txt")


def is_fresh(database: Path, variables: Mapping[str, Any], project: Path = ROOT) -> bool:
    """Whether building again would change nothing. A cutoff of `now` never stands still."""
    stamp = stamp_path(database)
    if cutoff(variables, project) == "now" or not stamp.exists() or not database.exists():
        return False
    return bool(json.loads(stamp.read_text()) == _state(database, variables, project))


def write(database: Path, variables: Mapping[str, Any], project: Path = ROOT) -> None:
    """To be called after a build of which every test passed."""
    stamp_path(database).write_text(json.dumps(_state(database, variables, project)))


def stamp_path(database: Path) -> Path:
    return database.with_name(database.name + ".built")


def _state(database: Path, variables: Mapping[str, Any], project: Path) -> dict[str, Any]:
    """What went in, and the file that came out."""
    sources = sources_of(database)
    return {
        "inputs": _fingerprint(variables, project),
        "cutoff": cutoff(variables, project),
        "sources": _file(sources) if sources and sources.exists() else None,
        **_file(database),
    }


def _file(database: Path) -> dict[str, Any]:
    """A write to it, a new load too, moves its time."""
    file = database.stat()
    log = database.with_name(database.name + ".wal")
    return {
        "bytes": file.st_size,
        "written": file.st_mtime_ns,
        "log": log.stat().st_mtime_ns if log.exists() else None,
    }


def _fingerprint(variables: Mapping[str, Any], project: Path) -> str:
    digest = hashlib.sha256(json.dumps(dict(variables), sort_keys=True, default=str).encode())
    for name, value in sorted(os.environ.items()):
        if name.startswith(("DBT_", "REVENUE_FUNNEL_")) and name not in NOT_INPUTS:
            digest.update(f"{name}={value}\n".encode())
    # A project that installs this one as a package is built from the files of both.
    for folder in dict.fromkeys((ROOT, project.resolve())):
        for path in _inputs(folder):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _inputs(project: Path) -> Iterator[Path]:
    yield from (project / name for name in FILES if (project / name).exists())
    for folder in FOLDERS:
        files = (path for path in (project / folder).rglob("*") if path.is_file())
        yield from sorted(path for path in files if path.suffix in {".sql", ".yml", ".csv", ".md"})


def cutoff(variables: Mapping[str, Any], project: Path = ROOT) -> str:
    """The moment up to which a build looks: given, or the project's, or the package's."""
    for folder in (project, ROOT):
        settings = yaml.safe_load((folder / "dbt_project.yml").read_text())
        variables = {**(settings.get("vars") or {}).get(PACKAGE, {}), **variables}
    return str(variables["cutoff"])
