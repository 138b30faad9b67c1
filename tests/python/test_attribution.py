"""Attribution: each model computed again in Python, for the demo and generated opportunities."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.conftest import Built, query

HALF_LIFE_DAYS = 30
ATTRIBUTION_MODELS = ("first_touch", "last_touch", "linear", "position_based", "time_decay")
CENT = Decimal("0.01")
TOUCH_TABLE = "int_opportunity_touches_matched"
TOUCHES = """
    select touches.touch_key, touches.person_key, persons.account_key, touches.occurred_at
    from intermediate.int_touch_journeys_assigned as touches
    inner join marts.dim_persons as persons using (person_key)
    where touches.occurred_at is not null
        and touches.kind in (
            'ad_clicked', 'email_clicked', 'form_submitted', 'event_attended', 'lead_created'
        )
"""
WON_OPPORTUNITIES = """
    select opportunities.opportunity_key, journeys.person_key, opportunities.account_key,
        wins.amount, opportunities.created_at, opportunities.closed_at
    from marts.dim_opportunities as opportunities
    inner join marts.fct_journeys as journeys using (journey_key)
    inner join marts.fct_lifecycle as wins
        on opportunities.opportunity_key = wins.opportunity_key
    inner join seeds.lifecycle_stages as stages
        on wins.stage = stages.stage
        and stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
    where opportunities.outcome = 'won'
"""
CREDITS = """
    select attribution_model, opportunity_key, touch_key, credit_rate, credited_amount
    from marts.kpi_attribution_by_model
    order by attribution_model, opportunity_key, touch_number
"""

Credit = dict[tuple[str, int], list[tuple[int | None, Decimal, Decimal]]]


def shares(model: str, ages: list[float]) -> list[float]:
    """The share of each touch, by its age in days before the last one, oldest first."""
    count = len(ages)
    weights = {
        "first_touch": [1.0] + [0.0] * (count - 1),
        "last_touch": [0.0] * (count - 1) + [1.0],
        "linear": [1.0] * count,
        "position_based": _ends(count),
        "time_decay": [0.5 ** (age / HALF_LIFE_DAYS) for age in ages],
    }[model]
    return [weight / sum(weights) for weight in weights]


def _ends(count: int) -> list[float]:
    if count <= 2:
        return [1.0] * count
    return [0.4] + [0.2 / (count - 2)] * (count - 2) + [0.4]


def _credits(rows: list[tuple[Any, ...]]) -> Credit:
    actual: Credit = defaultdict(list)
    for model, opportunity, touch, rate, amount in rows:
        actual[model, opportunity].append((touch, rate, amount))
    return actual


@dataclass(frozen=True)
class Opportunity:
    """A won opportunity of the fact."""

    key: int
    person: int | None
    account: int | None
    amount: Decimal
    created: datetime
    won: datetime


def _touches_of(
    opportunity: Opportunity, opportunities: list[Opportunity], touches: list[tuple[Any, ...]]
) -> list[Any]:
    wins = [
        other.won
        for other in opportunities
        if other.account and other.account == opportunity.account
    ]
    since = max((won for won in wins if won <= opportunity.created), default=datetime.min)
    mine = {
        (at, touch)
        for touch, person, account, at in touches
        if since <= at < opportunity.won
        and (
            (account and account == opportunity.account)
            or (person and person == opportunity.person)
        )
    }
    return sorted(mine)


def test_the_credit_of_the_demo_company_is_that_computed_in_python(built: Built) -> None:
    opportunities = [Opportunity(*row) for row in query(built.database, WON_OPPORTUNITIES)]
    touches = query(built.database, TOUCHES)
    actual = _credits(query(built.database, CREDITS))
    assert len(opportunities) > 50
    for opportunity in opportunities:
        found = _touches_of(opportunity, opportunities, touches)
        last = found[-1][0] if found else opportunity.won
        ages = [(last - at) / timedelta(days=1) for at, _ in found] or [0.0]
        keys = [touch for _, touch in found] or [None]
        for model in ATTRIBUTION_MODELS:
            expected = dict(zip(keys, shares(model, ages), strict=True))
            _check_credits(actual[model, opportunity.key], expected, opportunity.amount)


def _check_credits(
    actual: list[tuple[Any, Decimal, Decimal]], expected: dict[Any, float], won: Decimal
) -> None:
    assert sum(rate for _, rate, _ in actual) == 1
    assert sum(amount for _, _, amount in actual) == won
    rates = {touch: float(rate) for touch, rate, _ in actual}
    assert set(rates) <= set(expected)
    for touch, share in expected.items():
        # Days have two digits, so that a decayed weight is known to about a thousandth.
        assert rates.get(touch, 0.0) == pytest.approx(share, abs=2e-4)
    for touch, rate, amount in actual:
        assert abs(Fraction(amount) - Fraction(rate) * Fraction(won)) <= Fraction(CENT), touch


@pytest.fixture(scope="module")
def engine(built: Built) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """An empty database with the tables that the compiled model reads, and that model."""
    with duckdb.connect() as connection:
        connect_to_empty_tables(connection, built, (TOUCH_TABLE, "dim_opportunities"))
        yield connection, compiled(built, "revenue/kpi_attribution_by_model")


def connect_to_empty_tables(
    connection: duckdb.DuckDBPyConnection, built: Built, tables: tuple[str, ...]
) -> None:
    """Makes empty copies of built tables, where the compiled models look for them."""
    connection.execute(f"attach '{built.database}' as built (read_only)")
    connection.execute(f"attach ':memory:' as {built.database.stem}")
    connection.execute(f"use {built.database.stem}")
    connection.execute("create schema marts; create schema intermediate")
    for table in tables:
        schema = "intermediate" if table.startswith("int_") else "marts"
        connection.execute(f"create table {schema}.{table} as from built.{schema}.{table} limit 0")


def compiled(built: Built, model: str) -> str:
    """The SQL that the build ran for a mart, by folder and name."""
    path = Path("compiled/revenue_funnel/models/marts") / f"{model}.sql"
    return (built.target / path).read_text()


opportunities_strategy = st.lists(
    st.tuples(
        st.decimals(min_value=0, max_value=10_000_000, places=2),
        st.lists(st.integers(min_value=0, max_value=4_000), max_size=30),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(opportunities=opportunities_strategy)
def test_credit_adds_up_and_is_never_negative(
    engine: tuple[duckdb.DuckDBPyConnection, str], opportunities: list[tuple[Decimal, list[int]]]
) -> None:
    """With any number of touches of any age: one opportunity is one credit, to the cent."""
    connection, sql = engine
    _fill(connection, opportunities)
    actual = _credits(
        connection.execute(
            "select attribution_model, opportunity_key, touch_key, credit_rate, credited_amount"
            f" from ({sql}) order by touch_number"
        ).fetchall()
    )
    assert len(actual) == len(ATTRIBUTION_MODELS) * len(opportunities)
    for (model, opportunity), credits in actual.items():
        amount, ages = opportunities[opportunity]
        assert all(rate >= 0 and credited >= 0 for _, rate, credited in credits)
        ages = sorted((age - min(ages) for age in ages), reverse=True) or [0]
        keys: list[int | None] = (
            list(range(1, len(ages) + 1)) if opportunities[opportunity][1] else [None]
        )
        expected = dict(zip(keys, shares(model, [float(age) for age in ages]), strict=True))
        _check_credits(credits, expected, amount)


def _fill(
    connection: duckdb.DuckDBPyConnection, opportunities: list[tuple[Decimal, list[int]]]
) -> None:
    connection.execute(
        f"delete from intermediate.{TOUCH_TABLE}; delete from marts.dim_opportunities"
    )
    for opportunity, (amount, ages) in enumerate(opportunities):
        connection.execute(
            f"insert into marts.dim_opportunities by name select {opportunity} as opportunity_key"
        )
        youngest = min(ages, default=0)
        actual: list[tuple[int | None, int | None]] = [
            (place + 1, age - youngest) for place, age in enumerate(sorted(ages, reverse=True))
        ]
        for number, age in actual or [(None, None)]:
            connection.execute(
                f"insert into intermediate.{TOUCH_TABLE} by name select ? as opportunity_key,"
                " ? as opportunity_touch_key, ? as touch_key, 'won' as outcome, ? as won_amount,"
                " ? as opportunity_touch_count, ? as touch_number, ? as before_last_touch_days",
                [
                    opportunity,
                    100 * opportunity + (number or 0),
                    number,
                    amount,
                    len(ages),
                    number or 1,
                    age,
                ],
            )
