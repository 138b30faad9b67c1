"""One step of the benchmark, which measures itself: `python -m funnel.benchmarks.speed.steps`."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from funnel import stamp
from funnel.benchmarks.speed.empty_project import write_empty_project
from funnel.benchmarks.speed.floor import scan_and_write
from funnel.benchmarks.speed.increments import INCREMENTS
from funnel.build import build_warehouse
from funnel.run_dbt import ROOT, run_dbt

QUIET = ("--log-level", "none", "--log-level-file", "debug", "--no-use-colors")
# One step of dbt at a time, so that what it takes is its own; DuckDB uses all cores within it.
ALONE = ("--threads", "1")
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
IO = Path("/proc/self/io")


class NodeClock:
    """CPU seconds of each node of dbt: those of the process from its start to its end."""

    def __init__(self) -> None:
        self.started: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def __call__(self, event: Any) -> None:
        if event.info.name == "NodeStart":
            self.started[event.data.node_info.unique_id] = time.process_time()
        elif event.info.name == "NodeFinished":
            id = event.data.node_info.unique_id
            self.seconds[id] = time.process_time() - self.started[id]


def parse(folder: Path) -> dict[str, float]:
    """Reads the project anew; what the last command kept is thrown away."""
    (folder / "target" / "partial_parse.msgpack").unlink(missing_ok=True)
    return _dbt(folder, ["parse"])


def build_models(folder: Path) -> dict[str, float]:
    """Seeds and models, without a test."""
    return _dbt(folder, ["build", *NO_UNIT_TESTS, "--exclude-resource-type", "test", *ALONE])


def build_models_anew(folder: Path) -> dict[str, float]:
    """Seeds and models, of which none keeps a row of the last build."""
    arguments = ["build", *NO_UNIT_TESTS, "--exclude-resource-type", "test", "--full-refresh"]
    return _dbt(folder, [*arguments, *ALONE])


def run_data_tests(folder: Path) -> dict[str, float]:
    """All data tests of a build."""
    return _dbt(folder, ["test", *NO_UNIT_TESTS, *ALONE])


def build_again(folder: Path) -> dict[str, float]:
    """`funnel build` after a good build, when nothing changed."""
    database = folder / "revenue_funnel.duckdb"
    stamp.write(database, {})
    if build_warehouse(database, folder / "target", {}):
        raise SystemExit("The build failed.")
    return {}


def scan_and_write_once(folder: Path) -> dict[str, float]:
    """The physical floor."""
    return scan_and_write(folder)


def build_empty_project(folder: Path) -> dict[str, float]:
    """dbt with as many nodes, of which each selects one row."""
    project = folder / "empty_project"
    write_empty_project(project, folder / "target" / "manifest.json")
    return _dbt(folder / "empty", ["build", *ALONE], project)


STEPS: dict[str, Callable[[Path], dict[str, float]]] = {
    "parse": parse,
    "models": build_models,
    "data tests": run_data_tests,
    "no change": build_again,
    **dict.fromkeys(INCREMENTS, build_models),
    "full again": build_models_anew,
    "floor": scan_and_write_once,
    "empty project": build_empty_project,
}


def _dbt(folder: Path, arguments: list[str], project: Path = ROOT) -> dict[str, float]:
    clock = NodeClock()
    database = folder / "revenue_funnel.duckdb"
    outcome = run_dbt([*arguments, *QUIET], database, folder / "target", {}, [clock], project)
    if not outcome.success:
        raise SystemExit(f"dbt failed: see {folder / 'target' / 'dbt.log'}. {outcome.exception}")
    return clock.seconds


def _bytes() -> dict[str, int]:
    """What was read and written, from the disk or its cache; only Linux says it."""
    lines = IO.read_text().splitlines() if IO.exists() else []
    found = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return {"bytes_read": found.get("rchar", 0), "bytes_written": found.get("wchar", 0)}


def _measure(name: str, folder: Path) -> dict[str, Any]:
    started, before = time.monotonic(), _bytes()
    cpu = time.process_time()
    nodes = STEPS[name](folder)
    after, memory = _bytes(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "wall_seconds": round(time.monotonic() - started, 2),
        # Linux counts kilobytes, macOS bytes.
        "peak_memory_bytes": memory * (1 if sys.platform == "darwin" else 1024),
        **{key: after[key] - before[key] for key in before},
        "nodes": {id: round(seconds, 3) for id, seconds in nodes.items()},
    }


if __name__ == "__main__":
    step, place, out = sys.argv[1:]
    measured = _measure(step, Path(place))
    Path(out).write_text(json.dumps(measured))
