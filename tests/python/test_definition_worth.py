"""What a rule is worth, against simulated rules of known lift, and the truth of the demo."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.python.conftest import Built, query

RULES = 400
JOURNEYS = 1500
BASE_RATE = 0.08
RESULTS = re.compile(r'("\w+"\.)?"intermediate"\."int_journey_criteria_evaluated"')
MODEL = Path("compiled/revenue_funnel/models/marts/definition/definition_lift_by_criterion.sql")


@pytest.fixture(scope="module")
def worth(built: Built) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """Lift and adjusted lift with their intervals, of three worlds whose truth is drawn here.

    noise: no rule matters. double: who meets a rule wins twice as often. echo: what matters is the
    stratum, which also makes people meet the rule.
    """
    sql = RESULTS.sub("simulated_results", (built.target / MODEL).read_text())
    with duckdb.connect(str(built.database), read_only=True) as connection:
        found = {}
        for world in ("noise", "double", "echo"):
            _simulate(connection, world)
            found[world] = connection.execute(f"""
                select lift_ratio, lower_lift_ratio, upper_lift_ratio,
                    adjusted_lift_ratio, lower_adjusted_lift_ratio, upper_adjusted_lift_ratio
                from ({sql})
            """).fetchall()
            assert len(found[world]) == RULES
        yield found


def _simulate(connection: duckdb.DuckDBPyConnection, world: str) -> None:
    rng = np.random.default_rng(5)
    stratum = rng.integers(0, 2, (RULES, JOURNEYS))
    is_met = rng.random((RULES, JOURNEYS)) < (0.3 + 0.4 * stratum if world == "echo" else 0.5)
    factors = {"noise": np.ones_like(stratum), "double": 1 + is_met, "echo": 1 + 2 * stratum}
    has_win = rng.random((RULES, JOURNEYS)) < BASE_RATE * factors[world]
    number = np.repeat(np.arange(RULES), JOURNEYS)
    columns = {
        "number": number,
        "stratum": stratum.ravel().astype(np.int64),
        "is_met": is_met.ravel(),
        "has_win": has_win.ravel(),
    }
    connection.register("drawn", columns)
    connection.execute("""
        create or replace temp table simulated_results as
        select
            cast(2 as bigint) as definition_version,
            'mql' as stage,
            'rule' as criterion_kind,
            'rule_' || number as criterion,
            cast(null as bigint) as least_points,
            stratum,
            is_met,
            has_win,
            cast(if(has_win, 100, 0) as decimal(18, 2)) as won_amount
        from drawn
    """)
    connection.unregister("drawn")


def _coverage(rows: list[tuple[Any, ...]], truth: float, first: int) -> float:
    return sum(float(row[first + 1]) <= truth <= float(row[first + 2]) for row in rows) / len(rows)


@pytest.mark.parametrize(("world", "truth"), [("noise", 1), ("double", 2)])
@pytest.mark.parametrize("first", [0, 3], ids=["alone", "among_alike"])
def test_the_interval_covers_the_true_lift_of_95_percent_of_the_rules(
    worth: dict[str, list[tuple[Any, ...]]], world: str, truth: float, first: int
) -> None:
    assert 0.925 <= _coverage(worth[world], truth, first) <= 0.975
    assert np.median([float(row[first]) for row in worth[world]]) == pytest.approx(truth, rel=0.03)


def test_a_rule_that_only_echoes_another_one_loses_its_lift_among_alike(
    worth: dict[str, list[tuple[Any, ...]]],
) -> None:
    assert _coverage(worth["echo"], 1, 0) < 0.5
    assert 0.925 <= _coverage(worth["echo"], 1, 3) <= 0.975


def test_a_rule_counts_the_true_leads_and_wins(built: Built) -> None:
    """Business addresses by the class that each person's address was drawn with."""
    truth = built.truth
    (expected,) = query(
        built.database,
        f"""
        with leads as (
            select entries.journey_id, entries.human_id, entries.qualified_at as lead_at,
                wins.entered_at as won_at
            from '{truth}/stage_entries.parquet' as entries
            left join '{truth}/stage_entries.parquet' as wins
                on entries.journey_id = wins.journey_id and wins.stage = 'customer'
            where entries.stage = 'lead' and entries.qualified_at is not null
        )
        select
            count(*),
            count(*) filter (email_class = 'business'),
            count(won_at),
            count(won_at) filter (email_class = 'business')
        from leads
        inner join '{truth}/humans.parquet' as humans using (human_id)
        where date_diff('microsecond', lead_at, timestamp '2026-07-01') >= (
            select quantile_disc(date_diff('microsecond', lead_at, won_at), 0.9) from leads
        )
        """,
    )
    (found,) = query(
        built.database,
        """
        select met_count + unmet_count, met_count, met_win_count + unmet_win_count, met_win_count
        from marts.definition_lift_by_criterion
        where criterion = 'business_address' and stage = 'mql' and not is_draft
        """,
    )
    assert (found[0], found[2], found[3]) == (expected[0], expected[2], expected[3])
    # A few people have a second address of another class, and none of them has won.
    assert found[1] == pytest.approx(expected[1], rel=0.05)
    assert found[2] > 20
