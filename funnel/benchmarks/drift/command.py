"""Planted drift, found by the project's own models and by the usual detectors.

Adds one row per case and detector to a CSV file, and writes the table of all of its rows."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from funnel.benchmarks.drift.company import SYSTEMS
from funnel.benchmarks.drift.drifts import KINDS, NONE
from funnel.benchmarks.drift.land import FIRST
from funnel.benchmarks.drift.rivals import alerts_above, limits, statistics
from funnel.benchmarks.drift.run import Case, Drawn, draw, evaluate, land
from funnel.benchmarks.drift.score import Alert, Score, score
from funnel.benchmarks.drift.table import write_table

OURS = "this project"
ALLOWED = 1.0  # false alerts a company in the monitored days
# Whether the system provides its own score, and how far ours is from it (standard deviation).
REGIMES = {"score known": (True, 1.0), "score unknown": (False, 5.0)}
ALERTS = "select system, kind, rule, first_seen_date from marts.alerts"


@dataclass(frozen=True)
class Size:
    """How many companies are drawn, and from which seeds."""

    cases: int
    benign: int
    batch: int
    seed: int
    tuning: int
    tuning_seed: int


def measure_drift(size: Size, regimes: Sequence[str], out: Path, table: Path) -> None:
    """Adds the rows of all cases to the CSV file `out` and writes the page `table` from it."""
    benign = [_draw(Case(NONE, 0, each), size.tuning_seed) for each in range(size.tuning)]
    known = limits([statistics(each.leads) for each in benign], ALLOWED)
    for regime in regimes:
        for batch in _batches(size.cases, size.benign, size.batch):
            has_score, noise = REGIMES[regime]
            drawn = [_draw(case, size.seed, noise) for case in batch]
            _append(out, list(_scores(regime, drawn, has_score, known)))
            print(f"{regime}: {len(batch)} more, up to number {batch[-1].number}", flush=True)
    write_table(out, table)


def _draw(case: Case, seed: int, noise: float = 1.0) -> Drawn:
    return draw(case, seed, noise)


def _batches(cases: int, benign: int, size: int) -> Iterator[list[Case]]:
    """All kinds at all sizes once, then again, with the harmless companies spread among them."""
    waiting: list[Case] = []
    for number in range(max(cases, 1)):
        share = range(number * benign // cases, (number + 1) * benign // cases) if cases else ()
        waiting += [Case(NONE, 0, each) for each in share]
        waiting += [Case(kind, each, number) for kind in KINDS for each in range(3)]
        while len(waiting) >= size:
            yield waiting[:size]
            waiting = waiting[size:]
    if waiting:
        yield waiting


def _scores(
    regime: str, drawn: Sequence[Drawn], has_score: bool, known: dict[str, float]
) -> Iterator[Score]:
    with TemporaryDirectory() as folder:
        database = Path(folder) / "companies.duckdb"
        land(database, drawn, has_score)
        evaluate(database, Path(folder) / "target")
        found = _alerts(database)
    for number, each in enumerate(drawn):
        yield score(regime, OURS, each, found.get(number, []))
        for name, statistic in statistics(each.leads).items():
            yield score(regime, name, each, alerts_above(statistic, known[name]))


def _alerts(database: Path) -> dict[int, list[Alert]]:
    """By the company's place in the batch."""
    found: dict[int, list[Alert]] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for system, kind, rule, first_seen in connection.execute(ALERTS).fetchall():
            company, _, name = system.partition("_")
            alert = Alert((first_seen - FIRST).days, SYSTEMS.index(name), kind, rule)
            found.setdefault(int(company.removeprefix("company")), []).append(alert)
    return found


def _append(out: Path, scores: Sequence[Score]) -> None:
    is_new = not out.exists()
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a", newline="") as file:
        table = csv.DictWriter(file, list(scores[0].row()))
        if is_new:
            table.writeheader()
        table.writerows(each.row() for each in scores)
