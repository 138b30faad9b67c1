"""The planner against the truth: simulated companies, planned by the project's own models.

Adds one row per company and planner to a CSV file, and writes the table of all of its rows."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from funnel.benchmarks.planning.company import Company, Kind, draw_company
from funnel.benchmarks.planning.history import draw_history
from funnel.benchmarks.planning.land import CUTOFF, SEEDS, TABLES, land_journeys, land_target
from funnel.benchmarks.planning.rivals import rival_plans
from funnel.benchmarks.planning.score import Plan, Score, score
from funnel.benchmarks.planning.table import write_table
from funnel.benchmarks.planning.truth import Truth, find_truth
from funnel.run_dbt import run_dbt

KINDS = (
    Kind("60 leads a day", 60),
    Kind("200 leads a day", 200),
    Kind("600 leads a day", 600),
    Kind("200 a day, 9 to 18 months old", 200, is_young=True),
    Kind("200 a day, rates drift", 200, trend=0.08),
    Kind("200 a day, rates jump", 200, jump=0.15),
    Kind("200 a day, amounts of wins alone", 200, has_open_amounts=False),
    Kind("20 leads a day", 20),
    Kind("20 a day, price list", 20, price_law="price list"),
    Kind("200 a day, price list", 200, price_law="price list"),
    Kind("20 a day, few huge wins", 20, price_law="few huge wins"),
    Kind("200 a day, few huge wins", 200, price_law="few huge wins"),
    Kind("60 a day, round numbers", 60, price_law="round numbers"),
)
BATCH = 25
PLANNER = "this project"
PLANS = """
    select
        funnel, weekly_leads / 7, low_80_weekly_leads / 7, high_80_weekly_leads / 7,
        low_95_weekly_leads / 7, high_95_weekly_leads / 7, safe_leads / 7, recent_weekly_leads / 7,
        low_80_current_pace_amount, high_80_current_pace_amount,
        low_95_current_pace_amount, high_95_current_pace_amount,
        current_pace_hit_probability
    from marts.plan_targets
    where is_total and scenario = 'base'
"""


def measure_planning(
    companies: int, seed: int, kinds: Sequence[int], out: Path, table: Path
) -> None:
    """Adds the rows of all companies to the CSV file `out` and writes the page `table` from it."""
    for kind in [KINDS[each] for each in kinds or range(len(KINDS))]:
        for first in range(0, companies, BATCH):
            numbers = range(first, min(first + BATCH, companies))
            _append(out, list(_batch(kind, numbers, seed)))
            print(f"{kind.name}: {numbers[-1] + 1} companies", flush=True)
    write_table(out, table)


def _batch(kind: Kind, numbers: range, seed: int) -> Iterator[Score]:
    with TemporaryDirectory() as folder:
        database = Path(folder) / "companies.duckdb"
        known = _land(database, kind, numbers, seed)
        plans = _plan(database, Path(folder) / "target")
        for number, (company, truth, rivals) in known.items():
            rng = np.random.default_rng([seed, number])
            found = {PLANNER: plans.get(_funnel(number), Plan(np.inf)), **rivals}
            for planner, plan in found.items():
                yield score(rng, seed, kind.name, number, planner, company, truth, plan)


def _land(
    database: Path, kind: Kind, numbers: range, seed: int
) -> dict[int, tuple[Company, Truth, dict[str, Plan]]]:
    known = {}
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        for number in numbers:
            rng = np.random.default_rng([seed, KINDS.index(kind), number])
            company = draw_company(rng, kind)
            history = draw_history(rng, company)
            truth = find_truth(company, history)
            land_journeys(connection, _funnel(number), history, kind.has_open_amounts)
            land_target(connection, _funnel(number), company, truth)
            rivals = rival_plans(company, history, truth)
            known[number] = company, truth, {name: Plan(each) for name, each in rivals.items()}
    return known


def _plan(database: Path, target: Path) -> dict[str, Plan]:
    """The project's own models, as dbt builds them."""
    variables = {"cutoff": CUTOFF.isoformat()}
    for command in (["seed", "-s", *SEEDS], ["run", "-s", "+plan_targets,path:models/*/planning"]):
        outcome = run_dbt([*command, "--quiet"], database, target, variables)
        assert outcome.success, outcome.exception or "a planning model failed"
    with duckdb.connect(str(database), read_only=True) as connection:
        return {row[0]: _read_plan(row[1:]) for row in connection.execute(PLANS).fetchall()}


def _read_plan(row: tuple[float | None, ...]) -> Plan:
    """Where no number of leads is enough, the plan needs infinitely many."""
    value = [np.inf if each is None else float(each) for each in row]
    return Plan(
        leads=value[0],
        leads_80=(value[1], value[2]),
        leads_95=(value[3], value[4]),
        safe_leads=value[5],
        recent_weekly_leads=value[6],
        current_pace_80=(value[7], value[8]),
        current_pace_95=(value[9], value[10]),
        current_pace_probability=value[11],
    )


def _funnel(number: int) -> str:
    return f"company_{number:03d}"


def _append(out: Path, scores: list[Score]) -> None:
    is_new = not out.exists()
    with out.open("a", newline="") as file:
        table = csv.DictWriter(file, list(scores[0].row()), quoting=csv.QUOTE_NONNUMERIC)
        if is_new:
            table.writeheader()
        table.writerows(each.row() for each in scores)
