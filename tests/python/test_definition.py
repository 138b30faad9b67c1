"""Every evaluation of the lead definition, against a second implementation of it in Python."""

import shutil
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnel.run_dbt import ROOT
from tests.python.conftest import Built, query
from tests.python.second_evaluation import (
    evaluate_journey,
    list_evaluations,
    read_definition,
)
from tests.python.warm_dbt import run_dbt

TOUCHES = """
    select touches.journey_key, touches.touch_key, touches.kind, touches.occurred_at, attributes.*
    from intermediate.int_touch_journeys_assigned as touches
    inner join intermediate.int_person_attributes_dated as attributes
        on touches.person_key = attributes.person_key
        and touches.occurred_at >= attributes.valid_from
        and touches.occurred_at < attributes.valid_to
    order by touches.journey_key, touches.occurred_at, touches.touch_key
"""
QUALIFICATIONS = """
    select evaluation, journey_key, stage, occurred_at
    from intermediate.int_qualifications_evaluated
"""
# Every mart but the reports on the definition itself, which show other versions on purpose.
PUBLISHED = """
    select table_schema || '.' || table_name
    from information_schema.tables
    where table_schema = 'marts' and table_name not like 'definition_%'
        and table_name != 'stage_count_changes_by_period'
    order by 1
"""
# The sum of the parts. The part of a change of version needs the evaluation of that version alone.
CHANGES = """
    select period_kind, period_start, stage, qualified_count, earlier_reported_count, sum(change)
    from marts.stage_count_changes_by_period
    group by all
    order by all
"""
BACKTEST = """
    select
        evaluation,
        stage,
        sum(qualified_journey_count),
        sum(qualified_before_win_count),
        sum(qualified_before_win_amount),
        cast(sum(qualified_to_win_days) as double)
    from marts.definition_backtest
    group by evaluation, stage
"""
WINS = "select journey_key, win_at, won_amount from marts.fct_journeys where has_win"

Qualified = dict[tuple[str, int, str], datetime]


@pytest.fixture(scope="module")
def qualified(built: Built) -> Qualified:
    """By the second implementation: when each journey met each stage, in each evaluation."""
    definition = read_definition(ROOT / "seeds")
    with duckdb.connect(str(built.database), read_only=True) as connection:
        result = connection.execute(TOUCHES)
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    journeys = {key: list(own) for key, own in groupby(rows, lambda row: row["journey_key"])}
    return {
        (evaluation, key, stage): moment
        for evaluation, versions in list_evaluations(definition)
        for key, own in journeys.items()
        for stage, moment in evaluate_journey(versions, own).items()
    }


def test_every_evaluation_equals_the_second_implementation(
    built: Built, qualified: Qualified
) -> None:
    found = {row[:3]: row[3] for row in query(built.database, QUALIFICATIONS)}
    evaluations = {evaluation for evaluation, _, _ in found}
    assert evaluations >= {"in_force", "version_1", "version_2", "version_3"}
    assert found == qualified


def test_the_backtest_adds_up_the_second_implementation_and_the_wins(
    built: Built, qualified: Qualified
) -> None:
    found = {row[:2]: row[2:] for row in query(built.database, BACKTEST)}
    wins = query(built.database, WINS)
    expected = {
        (evaluation, stage): _figures(evaluation, stage, qualified, wins)
        for evaluation, stage in found
    }
    assert found == expected


def _figures(
    evaluation: str, stage: str, qualified: Qualified, wins: list[tuple[Any, ...]]
) -> tuple[Any, ...]:
    count = sum((key[0], key[2]) == (evaluation, stage) for key in qualified)
    moments = {win: qualified.get((evaluation, win[0], stage)) for win in wins}
    before = {win: met for win, met in moments.items() if met is not None and met <= win[1]}
    waits = [win[1] - met for win, met in before.items()]
    days = sum(round(wait.total_seconds() / 86_400, 2) for wait in waits)
    amount = sum(win[2] or 0 for win in before)
    return count, len(before), amount, pytest.approx(days, abs=0.5)


def test_evaluating_other_versions_changes_nothing_published(built: Built, tmp_path: Path) -> None:
    database = tmp_path / "revenue_funnel.duckdb"
    shutil.copy(built.database, database)
    variables = {**built.vars, "reevaluated_versions": [3]}
    arguments = ["run", "--quiet", "--select", "int_evaluation_versions_dated+"]
    assert run_dbt(arguments, database, tmp_path / "target", variables).success
    evaluations = query(
        database,
        "select distinct evaluation from intermediate.int_qualifications_evaluated order by 1",
    )
    assert evaluations == [("in_force",), ("version_3",)]
    assert query(database, CHANGES) == query(built.database, CHANGES)
    tables = [row[0] for row in query(database, PUBLISHED)]
    facts = {"marts.fct_lifecycle", "marts.fct_journeys", "marts.label_agreement_counts"}
    assert facts <= set(tables)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"attach '{built.database}' as before (read_only)")
        for table in tables:
            either = f"(from {table} except all from before.{table}) union all "
            either += f"(from before.{table} except all from {table})"
            assert connection.execute(either).fetchall() == [], table
