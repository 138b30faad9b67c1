"""What the definition judges, on every evaluation, beside a second judge."""

import shutil
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import Built, query
from tests.python.judge import evaluations, judge, read_definition
from tools.run_dbt import ROOT, run_dbt

TOUCHES = """
    select touches.journey_key, touches.touch_key, touches.kind, touches.occurred_at, spells.*
    from intermediate.int_touch_journeys_assigned as touches
    inner join intermediate.int_person_attributes_dated as spells
        on touches.person_key = spells.person_key
        and touches.occurred_at >= spells.valid_from
        and touches.occurred_at < spells.valid_to
    order by touches.journey_key, touches.occurred_at, touches.touch_key
"""
JUDGED = (
    "select evaluation, journey_key, stage, occurred_at from intermediate.int_qualifications_evaluated"
)
PUBLISHED = """
    select table_schema || '.' || table_name
    from information_schema.tables
    where table_schema = 'marts' and table_name not like 'definition_%'
        and table_name not in ('int_stage_count_periods_listed', 'int_stage_arrivals_collected', 'int_stage_candidates_collected', 'int_stage_counts_aggregated')
        and table_name not like 'stage_count_%'
    order by 1
"""
# What a change came to; how much of it the version is asked for takes that version judging alone.
CHANGES = """
    select period_kind, period_start, stage, entered_count, earlier_reported_count, sum(change)
    from marts.stage_count_changes
    group by all
    order by all
"""
BACKTEST = """
    select
        evaluation,
        sum(lead_count),
        sum(mql_count),
        sum(win_lead_first_count),
        sum(win_mql_first_count),
        sum(lead_first_won_amount),
        cast(sum(warning_days) as double)
    from marts.definition_backtest
    group by evaluation
"""
WINS = "select journey_key, win_at, won_amount from marts.fct_journeys where has_win"

Judged = dict[tuple[str, int, str], datetime]


@pytest.fixture(scope="module")
def judged(built: Built) -> Judged:
    """By the second judge: when each journey met each stage, on each evaluation."""
    definition = read_definition(ROOT / "seeds")
    with duckdb.connect(str(built.database), read_only=True) as connection:
        result = connection.execute(TOUCHES)
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    journeys = {key: list(own) for key, own in groupby(rows, lambda row: row["journey_key"])}
    return {
        (evaluation, key, stage): moment
        for evaluation, version in evaluations(definition)
        for key, own in journeys.items()
        for stage, moment in judge(version, own).items()
    }


def test_every_basis_judges_as_the_second_judge_does(built: Built, judged: Judged) -> None:
    told = {row[:3]: row[3] for row in query(built.database, JUDGED)}
    assert {evaluation for evaluation, _, _ in told} >= {"in_force", "version_1", "version_2", "version_3"}
    assert told == judged


def test_the_back_test_is_what_the_second_judge_and_the_wins_add_up_to(
    built: Built, judged: Judged
) -> None:
    told = {row[0]: row[1:] for row in query(built.database, BACKTEST)}
    wins = query(built.database, WINS)
    assert told == {evaluation: _figures(evaluation, judged, wins) for evaluation in told}


def _figures(evaluation: str, judged: Judged, wins: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    counts = [
        sum(key[0] == evaluation and key[2] == stage for key in judged) for stage in ("lead", "mql")
    ]
    leads = [win for win in wins if _was_first(judged.get((evaluation, win[0], "lead")), win[1])]
    mqls = [win for win in wins if _was_first(judged.get((evaluation, win[0], "mql")), win[1])]
    waits = [win[1] - judged[evaluation, win[0], "lead"] for win in leads]
    days = sum(round(wait.total_seconds() / 86_400, 2) for wait in waits)
    amount = sum(win[2] or 0 for win in leads)
    return *counts, len(leads), len(mqls), amount, pytest.approx(days, abs=0.5)


def _was_first(met: datetime | None, won: datetime) -> bool:
    return met is not None and met <= won


def test_judging_again_under_other_versions_changes_nothing_published(
    built: Built, tmp_path: Path
) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    variables = {**built.vars, "reevaluated_versions": [3]}
    arguments = ["run", "--quiet", "--select", "int_definition_versions_dated+"]
    assert run_dbt(arguments, database, tmp_path / "target", variables).success
    told = query(
        database, "select distinct evaluation from intermediate.int_qualifications_evaluated order by 1"
    )
    assert told == [("in_force",), ("version_3",)]
    assert query(database, CHANGES) == query(built.database, CHANGES)
    tables = [row[0] for row in query(database, PUBLISHED)]
    assert {"marts.fct_lifecycle", "marts.fct_journeys", "marts.label_agreement"} <= set(tables)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"attach '{built.database}' as before (read_only)")
        for table in tables:
            either = f"(from {table} except all from before.{table}) union all "
            either += f"(from before.{table} except all from {table})"
            assert connection.execute(either).fetchall() == [], table
