"""Companies drawn, landed and evaluated by the project's own models, a batch in one database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from dbt.cli.main import dbtRunnerResult

from funnel.benchmarks.drift.company import Company, draw_company
from funnel.benchmarks.drift.drifts import Drift, Kind
from funnel.benchmarks.drift.integrity import Signal, draw_integrity
from funnel.benchmarks.drift.land import CUTOFF, TABLES, land_company
from funnel.benchmarks.drift.leads import Leads, draw_leads
from funnel.run_dbt import run_dbt

LANDED = (
    "int_label_trials_evaluated",
    "int_profile_segments_matched",
    "int_bad_rows_counted",
    "int_profile_rules_evaluated",
    "int_stage_claims_rows_checked",
    "int_required_rules_listed",
    "int_evaluation_versions_dated",
    "history_stage_counts",
    "stage_count_changes_by_period",
    "fct_lifecycle",
    "open_journeys",
)
SEEDS = (
    "drift_monitors",
    "drift_references",
    "holidays",
    "alert_decisions",
    "alert_next_steps",
    "lifecycle_stages",
    "source_systems",
    "stage_labels",
)


@dataclass(frozen=True)
class Case:
    """What is drawn: a kind of drift at one of its sizes, or none, and which of many such."""

    kind: Kind
    size: int
    number: int


@dataclass(frozen=True)
class Drawn:
    case: Case
    company: Company
    drift: Drift
    leads: Leads
    signals: list[Signal]


def draw(case: Case, seed: int, score_noise: float) -> Drawn:
    rng = np.random.default_rng([seed, *case.kind.seed_name.encode(), case.size, case.number])
    company = draw_company(rng)
    drift = Drift.draw(rng, case.kind, case.kind.sizes[case.size], company.weekday)
    leads = draw_leads(rng, company, drift, score_noise)
    return Drawn(case, company, drift, leads, draw_integrity(rng, leads, drift))


def land(database: Path, drawn: Sequence[Drawn], has_system_score: bool) -> None:
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        for number, each in enumerate(drawn):
            name = name_of(number)
            land_company(connection, name, each.leads, each.signals, has_system_score)


def evaluate(
    database: Path,
    target: Path,
    dbt: Callable[..., dbtRunnerResult] = run_dbt,
    holidays: Sequence[str] = (),
    cutoff: date = CUTOFF,
) -> None:
    """The project's own models, as dbt builds them."""
    variables = {"cutoff": cutoff.isoformat()}
    seeded = dbt(["seed", "--quiet", "--select", *SEEDS], database, target, variables)
    assert seeded.success, seeded.exception or "a seed failed"
    with duckdb.connect(str(database)) as connection:
        for day in holidays:
            connection.execute("insert into seeds.holidays values (?, 'Closed', null)", [day])
    above = [f"+{name}" for name in LANDED]
    chosen = ["--select", "+alerts", "drift_signals", "--exclude", *above]
    outcome = dbt(["run", "--quiet", *chosen], database, target, variables)
    assert outcome.success, outcome.exception or "a model of drift failed"


def name_of(number: int) -> str:
    return f"company{number:03d}"
