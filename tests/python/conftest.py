"""What several tests share: the demo company, built once, and ways to build and read a database."""

import gc
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunnerResult
from filelock import FileLock

from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.places import ROOT, SOURCES
from tests.python.demo_company import END, Make
from tests.python.demo_company import PEOPLE as FEW
from tests.python.reading import query as query
from tests.python.reading import stays_as_it_is
from tests.python.warm_dbt import FOLDER, run_dbt

# Of every database: dbt parses the project anew for another name.
NAME = "revenue_funnel.duckdb"
PEOPLE = 1500
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
SEED = 7
UNTIL = datetime(2026, 7, 1)


# Published files, which the project does not contain.
PUBLIC_DATA = Path(os.environ.get("REVENUE_FUNNEL_DATA", ROOT.parent / "shared" / "data"))
# The files that take longest come first, so that no process waits long for the last of the others.
# Some at the start build no demo company: the process that is done with them, or takes the first of
# the others, builds it for all.
LONGEST = (
    "packages",
    "as_of",
    "cases",
    "seed_faults",
    "stages_are_data",
    "single_definition",
    "failures",
    "touches_kept",
    "olist",
    "connectors",
    "how_to",
    "settings_and_scores",
    "as_known_then",
    "report",
    "planning",
    "readme",
    "read_source",
    "read_as_text",
    "publish",
    "systems",
    "expectations",
    "history",
    "forecasts",
    "definition",
    "drift",
    "truth",
    "drift_demo",
    "identity",
    "docs",
    "report_digest",
    "planning_prices",
    "report_planner",
    "planning_trends",
    "planning_olist",
)
# What one process needs at most, in bytes, with room.
MEMORY = 4e9


def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores, since each waits now and then: for a browser, a lock, a disk."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(cores + 1, max(cores, int(memory // MEMORY)))


def pytest_configure() -> None:
    """Much of what tests hold (parsed projects, parsed SQL) stays until they end. Python would
    search it for waste after every 700 new objects: up to half of the time of a test."""
    gc.set_threshold(500_000, 5, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = item.path.stem.removeprefix("test_")
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=place)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips here, and not in each file, so that one line reports all that are skipped."""
    needed = item.get_closest_marker("public_data")
    if needed and not (PUBLIC_DATA / needed.args[0]).exists():
        pytest.skip("published files are not here: set REVENUE_FUNNEL_DATA to their folder")


@dataclass(frozen=True)
class Built:
    """A database in which every model was built and every test passed, and the truth behind it."""

    database: Path
    truth: Path
    target: Path
    vars: Mapping[str, Any] = field(default_factory=dict)


def build(
    database: Path, vars: Mapping[str, Any], target_path: Path, select: str | None = None
) -> dbtRunnerResult:
    """`dbt build` on a database; the caller looks at `success`. Unit tests read no database."""
    # A test that also reads what is not built again would read another company's.
    chosen = ["--select", *select.split(), "--indirect-selection", "cautious"] if select else []
    arguments = ["build", "--quiet", "--exclude-resource-type", "unit_test", *chosen]
    return run_dbt(arguments, database, target_path, vars)


def messages(outcome: dbtRunnerResult) -> str:
    """What went wrong, in one text."""
    if outcome.exception:
        return str(outcome.exception)
    return "\n".join(str(node.message) for node in getattr(outcome.result, "results", []))


@pytest.fixture(scope="session", autouse=True)
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the parsed projects are kept until the tests end."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "parsed"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(folder))
        # Most tests have the source tables in the warehouse's own file.
        patch.setenv(SOURCES, "")
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo company of 1,500 people, loaded and built. Read it; build elsewhere."""
    folder = tmp_path_factory.getbasetemp() / "built"
    if "PYTEST_XDIST_WORKER" in os.environ:
        _copy_of_one_build(folder)
    else:
        _build_demo(folder)
    stays_as_it_is(_in(folder).database)
    return _in(folder)


def _copy_of_one_build(folder: Path) -> None:
    """The first process builds it; each has a copy, since a database has one writer."""
    shared = folder.parents[1] / "built"
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            _build_demo(shared)
            (shared / "done").touch()
    shutil.copytree(shared, folder)


def _build_demo(folder: Path) -> None:
    made = _in(folder)
    generate(PEOPLE, SEED, UNTIL, folder / "demo")
    load(folder / "demo", made.database)
    arguments = ["build", "--quiet", "--write-json", "--exclude-resource-type", "unit_test"]
    outcome = run_dbt(arguments, made.database, made.target, made.vars)
    assert outcome.success, f"the demo company does not build: {outcome.exception or 'see above'}"


def _in(folder: Path) -> Built:
    return Built(
        database=folder / NAME,
        truth=folder / "demo" / "truth",
        target=folder / "target",
        vars={"cutoff": UNTIL.isoformat(sep=" ")},
    )


@pytest.fixture(scope="session")
def page(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the demo company, written once for all processes."""
    from funnel.report.command import write_report

    base = tmp_path_factory.getbasetemp()
    out = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "report.html"
    with FileLock(f"{out}.lock"):
        if not out.exists():
            assert write_report(built.database, out, built.vars) == out
    return out


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Generate a company of few people once for each set of arguments."""
    root, made = tmp_path_factory.mktemp("demo"), dict[tuple[int, datetime], Path]()

    def company(seed: int = SEED, until: datetime = END) -> Path:
        if (seed, until) not in made:
            folder = root / f"{seed}-{until:%Y%m%d%H%M}"
            generate(FEW, seed, until, folder, workers=1)
            made[seed, until] = folder
        return made[seed, until]

    return company
