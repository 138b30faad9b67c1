"""Attribution: each way of sharing told again in Python, for the demo and for generated deals."""

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
WAYS = ("first_touch", "last_touch", "linear", "position_based", "time_decay")
CENT = Decimal("0.01")
TOUCHES = """
    select touches.touch_key, touches.person_key, persons.account_key, touches.occurred_at
    from intermediate.int_touch_journeys_assigned as touches
    inner join marts.dim_persons as persons using (person_key)
    where touches.occurred_at is not null
        and touches.kind in (
            'ad_clicked', 'email_clicked', 'form_submitted', 'event_attended', 'lead_created'
        )
"""
DEALS = """
    select deals.opportunity_key, journeys.person_key, deals.account_key, wins.amount,
        deals.created_at, deals.closed_at
    from marts.dim_opportunities as deals
    inner join marts.fct_journeys as journeys using (journey_key)
    inner join marts.fct_lifecycle as wins
        on deals.opportunity_key = wins.opportunity_key
        and wins.stage in ('customer', 'retained', 'expanded')
    where deals.outcome = 'won'
"""
CREDITS = """
    select attribution_model, opportunity_key, touch_key, credit_rate, credited_amount
    from marts.kpi_attribution
    order by attribution_model, opportunity_key, touch_number
"""

Credit = dict[tuple[str, int], list[tuple[int | None, Decimal, Decimal]]]


def shares(way: str, ages: list[float]) -> list[float]:
    """What each touch should have, by its age in days before the last one, oldest first."""
    count = len(ages)
    weights = {
        "first_touch": [1.0] + [0.0] * (count - 1),
        "last_touch": [0.0] * (count - 1) + [1.0],
        "linear": [1.0] * count,
        "position_based": _ends(count),
        "time_decay": [0.5 ** (age / HALF_LIFE_DAYS) for age in ages],
    }[way]
    return [weight / sum(weights) for weight in weights]


def _ends(count: int) -> list[float]:
    if count <= 2:
        return [1.0] * count
    return [0.4] + [0.2 / (count - 2)] * (count - 2) + [0.4]


def _credits(rows: list[tuple[Any, ...]]) -> Credit:
    told: Credit = defaultdict(list)
    for way, deal, touch, rate, amount in rows:
        told[way, deal].append((touch, rate, amount))
    return told


@dataclass(frozen=True)
class Deal:
    """A won deal as the fact tells it."""

    key: int
    person: int | None
    account: int | None
    amount: Decimal
    made: datetime
    won: datetime


def _touches_of(deal: Deal, deals: list[Deal], touches: list[tuple[Any, ...]]) -> list[Any]:
    wins = [other.won for other in deals if other.account and other.account == deal.account]
    since = max((won for won in wins if won <= deal.made), default=datetime.min)
    mine = {
        (at, touch)
        for touch, person, account, at in touches
        if since <= at < deal.won
        and ((account and account == deal.account) or (person and person == deal.person))
    }
    return sorted(mine)


def test_the_demo_companys_credit_is_what_python_finds(built: Built) -> None:
    deals = [Deal(*row) for row in query(built.database, DEALS)]
    touches = query(built.database, TOUCHES)
    told = _credits(query(built.database, CREDITS))
    assert len(deals) > 50
    for deal in deals:
        found = _touches_of(deal, deals, touches)
        last = found[-1][0] if found else deal.won
        ages = [(last - at) / timedelta(days=1) for at, _ in found] or [0.0]
        keys = [touch for _, touch in found] or [None]
        for way in WAYS:
            wanted = dict(zip(keys, shares(way, ages), strict=True))
            _holds(told[way, deal.key], wanted, deal.amount)


def _holds(
    told: list[tuple[Any, Decimal, Decimal]], wanted: dict[Any, float], won: Decimal
) -> None:
    assert sum(rate for _, rate, _ in told) == 1
    assert sum(amount for _, _, amount in told) == won
    rates = {touch: float(rate) for touch, rate, _ in told}
    assert set(rates) <= set(wanted)
    for touch, share in wanted.items():
        # Days are told with two digits, so that a decayed weight is known to about a thousandth.
        assert rates.get(touch, 0.0) == pytest.approx(share, abs=2e-4)
    for touch, rate, amount in told:
        assert abs(Fraction(amount) - Fraction(rate) * Fraction(won)) <= Fraction(CENT), touch


@pytest.fixture(scope="module")
def engine(built: Built) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """An empty database with the tables that the compiled model reads, and that model."""
    sql = compiled(built, "kpi_attribution")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.database}' as built (read_only)")
        connection.execute(f"attach ':memory:' as {built.database.stem}")
        connection.execute(f"create schema {built.database.stem}.marts")
        connection.execute(f"use {built.database.stem}.marts")
        for table in ("int_opportunity_touches_matched", "int_opportunities_described"):
            connection.execute(f"create table {table} as from built.marts.{table} limit 0")
        yield connection, sql


def compiled(built: Built, model: str) -> str:
    """The SQL that the build ran for a model of the KPIs."""
    path = Path("compiled/revenue_funnel/models/marts/revenue") / f"{model}.sql"
    return (built.target / path).read_text()


deals_strategy = st.lists(
    st.tuples(
        st.decimals(min_value=0, max_value=10_000_000, places=2),
        st.lists(st.integers(min_value=0, max_value=4_000), max_size=30),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(deals=deals_strategy)
def test_credit_adds_up_and_never_is_negative(
    engine: tuple[duckdb.DuckDBPyConnection, str], deals: list[tuple[Decimal, list[int]]]
) -> None:
    """However many touches, however old: one deal is one credit, to the cent."""
    connection, sql = engine
    _fill(connection, deals)
    told = _credits(
        connection.execute(
            "select attribution_model, opportunity_key, touch_key, credit_rate, credited_amount"
            f" from ({sql}) order by touch_number"
        ).fetchall()
    )
    assert len(told) == len(WAYS) * len(deals)
    for (way, deal), credits in told.items():
        amount, ages = deals[deal]
        assert all(rate >= 0 and credited >= 0 for _, rate, credited in credits)
        ages = sorted((age - min(ages) for age in ages), reverse=True) or [0]
        keys: list[int | None] = list(range(1, len(ages) + 1)) if deals[deal][1] else [None]
        wanted = dict(zip(keys, shares(way, [float(age) for age in ages]), strict=True))
        _holds(credits, wanted, amount)


def _fill(connection: duckdb.DuckDBPyConnection, deals: list[tuple[Decimal, list[int]]]) -> None:
    connection.execute("delete from deal_touches; delete from kpi_deals")
    for deal, (amount, ages) in enumerate(deals):
        connection.execute(f"insert into kpi_deals by name select {deal} as opportunity_key")
        youngest = min(ages, default=0)
        told: list[tuple[int | None, int | None]] = [
            (place + 1, age - youngest) for place, age in enumerate(sorted(ages, reverse=True))
        ]
        for number, age in told or [(None, None)]:
            connection.execute(
                "insert into deal_touches by name select ? as opportunity_key,"
                " ? as deal_touch_key, ? as touch_key, ? as won_amount, ? as touch_count,"
                " ? as touch_number, ? as before_last_days",
                [deal, 100 * deal + (number or 0), number, amount, len(ages), number or 1, age],
            )
