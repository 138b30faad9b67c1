"""Makes companies of several sizes, measures each step in a process of its own, and reports."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from dbt.version import installed as dbt_version

from funnel.benchmarks.speed.increments import INCREMENTS, arrive, hold_back
from funnel.benchmarks.speed.page import write_page
from funnel.places import ROOT, SOURCES

STEPS = (
    "parse",
    "models",
    "data tests",
    "no change",
    *INCREMENTS,
    "full again",
    "floor",
    "empty project",
)


def measure_speed(sizes: Sequence[int], folder: Path, seed: int, out: Path, page: Path) -> None:
    """Measures each size, then writes the page with those that the file held before, too."""
    folder = folder.resolve()
    known = json.loads(out.read_text()) if out.exists() else {"sizes": {}}
    sizes_before = known["sizes"].items()
    # A file of an earlier version lacks steps of today.
    known["sizes"] = {size: each for size, each in sizes_before if set(STEPS) <= set(each["steps"])}
    known["machine"] = _machine()
    for people in sizes:
        place = folder / str(people)
        _make_company(place, people, seed)
        hold_back(place)
        steps = {}
        for step in STEPS:
            print(f"{people:,} people: {step} ...", file=sys.stderr)
            if step in INCREMENTS:
                arrive(place, step)
            steps[step] = _measure_step(step, place)
        steps["models"]["folders"] = _folders(place)
        for step in (*INCREMENTS, "full again"):
            steps[step]["keeping"] = _keeping(place)
        known["sizes"][str(people)] = {"raw_rows": _raw_rows(place), "steps": steps}
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(known, indent=1))
    write_page(known, page)


def _run(arguments: Sequence[str]) -> None:
    """The sources stand in a file beside the warehouse, wherever the environment has them."""
    environment = {name: value for name, value in os.environ.items() if name != SOURCES}
    subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, env=environment, check=True)


def _make_company(place: Path, people: int, seed: int) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.duckdb*"):
        old.unlink()
    size = ("--people", str(people), "--seed", str(seed), "--quiet")
    places = ("--out", str(place / "demo"), "--database", str(place / "revenue_funnel.duckdb"))
    _run(["funnel", "demo", *size, *places])


def _measure_step(step: str, place: Path) -> dict[str, Any]:
    out = place / "step.json"
    _run(["funnel.benchmarks.speed.steps", step, str(place), str(out)])
    measured: dict[str, Any] = json.loads(out.read_text())
    return measured


def _folders(place: Path) -> dict[str, str]:
    """The folder of each model, by its id."""
    nodes = json.loads((place / "target" / "manifest.json").read_text())["nodes"]
    paths = {id: Path(node["original_file_path"]).parent for id, node in nodes.items()}
    return {id: str(path) for id, path in paths.items() if not id.startswith("test.")}


def _keeping(place: Path) -> list[str]:
    """The models that keep rows of the last build, and those that find what has changed."""
    nodes = json.loads((place / "target" / "manifest.json").read_text())["nodes"].values()
    keeping = [
        node for node in nodes if node["config"].get("incremental_strategy") == "changed_keys"
    ]
    changed = {node["config"]["meta"]["changes_from"] for node in keeping}
    return sorted({node["name"] for node in keeping} | changed)


def _raw_rows(place: Path) -> int:
    with duckdb.connect(str(place / "sources.duckdb"), read_only=True) as connection:
        row = connection.execute("select sum(estimated_size) from duckdb_tables()").fetchone()
    return int(row[0] or 0) if row else 0


def _machine() -> dict[str, Any]:
    """What the figures hold for."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": pages,
        "system": platform.platform(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "dbt": dbt_version.to_version_string(skip_matcher=True),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = [line.split(": ", 1)[1] for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
