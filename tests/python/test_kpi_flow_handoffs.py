"""Handoffs, open journeys, costs and bottlenecks, beside the fact walked by hand and the truth."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean

import duckdb
import pytest

from tests.python.conftest import UNTIL, Built, query
from tests.python.kpi_flow_story import (
    CONVERTED,
    DAY,
    OPEN,
    STEPS,
    Curve,
    Journey,
    curve,
    is_exit,
    journeys,
    limit,
    order,
    tries,
)

HANDOFFS = {
    "mql_to_sal": ("mql", "sal", "sql"),
    "customer_to_onboarded": ("customer", "onboarded", "retained"),
}
MONEY = ("customer", "retained", "expanded")


@pytest.fixture(scope="module")
def story(built: Built) -> list[Journey]:
    return journeys(built)


def _answer(journey: Journey, stage: str, to_stage: str, passed: str) -> str:
    last = journey.entries[-1].stage
    taken, is_passed = journey.first(to_stage), journey.first(passed)
    if is_passed:
        return "accepted"
    if last == "disqualified":
        return "rejected"
    if not is_exit(last) and order(last) < order(to_stage if taken else stage):
        return "recycled"
    return "accepted" if taken else "never touched"


def _timing(journey: Journey, stage: str, to_stage: str) -> str:
    (one,) = tries([journey], stage, to_stage)
    within = (one.ended - one.entry.at) / DAY <= limit(stage) + 0.005
    if one.result == OPEN:
        return "waiting" if one.watched <= limit(stage) else "overdue"
    return "in time" if within else "late"


def test_every_handover_has_the_answer_that_its_journey_tells(
    built: Built, story: list[Journey]
) -> None:
    told = query(built.database, "select step, journey_key, answer, timing from marts.handoffs")
    expected = {
        (step, journey.key): (_answer(journey, *stages), _timing(journey, *stages[:2]))
        for journey in story
        for step, stages in HANDOFFS.items()
        if (entry := journey.first(stages[0])) and not entry.is_inferred
    }
    assert {(step, key): (answer, timing) for step, key, answer, timing in told} == expected
    assert {answer for answer, _ in expected.values()} == {
        "accepted", "rejected", "recycled", "never touched"
    }  # fmt: skip


def test_what_sales_took_up_is_what_the_truth_says(built: Built) -> None:
    with duckdb.connect() as connection:
        true = connection.execute(f"""
            select count(*), count(taken.journey_id)
            from '{built.truth}/stage_entries.parquet' as mql
            left join (
                select distinct journey_id from '{built.truth}/stage_entries.parquet'
                where stage = 'sal'
            ) as taken using (journey_id)
            where mql.stage = 'mql' and not mql.is_inferred
        """).fetchall()
    assert true == query(
        built.database,
        "select count(*), count(*) filter (where is_touched) from marts.handoffs"
        " where step = 'mql_to_sal'",
    )


def test_what_followed_a_handover_is_the_sum_of_the_deals_since(
    built: Built, story: list[Journey]
) -> None:
    told = query(built.database, "select step, journey_key, won_amount from marts.handoffs")
    by_key = {journey.key: journey for journey in story}
    for step, key, won in told:
        expected = sum(
            entry.amount or 0
            for entry in by_key[key].entries
            if entry.stage in MONEY and entry.deal and order(entry.stage) > order(HANDOFFS[step][0])
        )
        assert won == expected
    assert sum(row[2] for row in told) > 1_000_000


def _prize(stage: str) -> dict[str, str] | None:
    return next((row for row in STEPS if row["stage"] == stage and row["is_prize"] == "true"), None)


def _chances(story: list[Journey]) -> dict[tuple[str, str], Curve]:
    """For each stage that has a prize, and funnel: its curve, or the company's where it is thin."""
    curves = {}
    for row in (row for row in STEPS if row["is_prize"] == "true"):
        some = list(tries(story, row["stage"], row["to_stage"]))
        for funnel in {journey.funnel for journey in story}:
            own = [one for one in some if one.journey.funnel == funnel]
            if sum(one.result == CONVERTED for one in own) < 5:
                own = some
            curves[row["stage"], funnel] = curve(
                [one.days for one in own], [one.result for one in own]
            )
    return curves


def _typical(story: list[Journey]) -> dict[tuple[str, str], Decimal]:
    won: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for journey in story:
        for entry in journey.entries:
            if entry.stage in MONEY and entry.deal and entry.amount is not None:
                won[entry.stage, journey.funnel].append(entry.amount)
                won[entry.stage, "all"].append(entry.amount)
    typical = {}
    for stage in MONEY:
        for funnel in {journey.funnel for journey in story}:
            own = won[stage, funnel] if len(won[stage, funnel]) >= 5 else won[stage, "all"]
            typical[stage, funnel] = sum(own, Decimal(0)) / len(own)
    return typical


def test_every_open_journey_expects_its_chance_of_its_prize(
    built: Built, story: list[Journey]
) -> None:
    chances, typical = _chances(story), _typical(story)
    deals: dict[int, Decimal] = defaultdict(Decimal)
    for key, amount in query(
        built.database,
        "select journey_key, amount from marts.dim_opportunities where outcome = 'open'",
    ):
        deals[key] += amount
    told = {row[0]: row[1:] for row in query(
        built.database,
        "select journey_key, stage, expected_amount, is_past_limit from marts.open_journeys",
    )}  # fmt: skip
    standing = [journey for journey in story if not is_exit(journey.entries[-1].stage)]
    assert told.keys() == {journey.key for journey in standing}
    for journey in standing:
        last, prize = journey.entries[-1], _prize(journey.entries[-1].stage)
        stage, expected, is_past_limit = told[journey.key]
        assert stage == last.stage
        assert is_past_limit == ((UNTIL - last.at) // DAY > limit(stage))
        if prize is None:
            assert expected is None
            continue
        (one,) = tries([journey], stage, prize["to_stage"])
        known = chances[stage, journey.funnel]
        chance = (known.conversion[-1] - known.converted(one.days)) / known.still_waiting(one.days)
        amount = deals.get(journey.key, typical[prize["to_stage"], journey.funnel])
        assert float(expected) == pytest.approx(chance * float(amount), abs=0.02, rel=1e-4)


def test_the_cost_of_a_cause_is_what_it_misses_of_those_accepted_in_time(built: Built) -> None:
    rows = query(
        built.database,
        "select step, funnel, answer, timing, won_amount + expected_amount from marts.handoffs",
    )
    in_time: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    missed: dict[tuple[str, str], float] = defaultdict(float)
    for step, funnel, answer, timing, value in rows:
        if (answer, timing) == ("accepted", "in time"):
            in_time[step, funnel].append(value)
            in_time[step, "all"].append(value)
    for step, funnel, answer, timing, value in rows:
        own = in_time[step, funnel] if len(in_time[step, funnel]) >= 5 else in_time[step, "all"]
        if (answer, timing) == ("accepted", "late"):
            missed[step, "accepted late"] += fmean(own) - float(value)
        elif answer != "accepted" and timing != "waiting":
            missed[step, answer] += fmean(own) - float(value)
    told = query(
        built.database,
        "select step, cause, sum(missed_amount) from marts.handoff_costs"
        " where missed_amount is not null group by step, cause",
    )
    assert {row[:2]: pytest.approx(float(row[2]), abs=0.5) for row in told} == missed


def test_trapped_revenue_and_the_worth_of_a_point_are_those_of_their_parts(built: Built) -> None:
    trapped = query(
        built.database,
        "select stage, funnel, sum(expected_amount) from marts.open_journeys"
        " where is_past_limit and expected_amount is not null group by stage, funnel",
    )
    told = {row[:2]: row[2:] for row in query(
        built.database,
        "select stage, funnel, trapped_amount, year_entered_count, onward_rate, typical_amount,"
        " point_amount, worth_number from marts.bottlenecks",
    )}  # fmt: skip
    for stage, funnel, amount in trapped:
        assert told[stage, funnel][0] == amount
    for _, entered, onward, typical, point, _ in told.values():
        if typical is not None:
            exact = Decimal("0.01") * entered * onward * typical
            assert point == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    company = [row for (_, funnel), row in told.items() if funnel == "all" and row[3] is not None]
    assert min(company, key=lambda row: row[5])[4] == max(row[4] for row in company)
