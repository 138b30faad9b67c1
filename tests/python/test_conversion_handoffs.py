"""Handoffs, open journeys and bottlenecks equal the fact followed by hand and the demo's truth."""

from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean

import duckdb
import pytest

from tests.python.conftest import UNTIL, Built, query
from tests.python.conversion_story import (
    CONVERTED,
    DAY,
    MINIMUM_GROUP_SIZE,
    OPEN,
    STEPS,
    WIN_STAGES,
    Curve,
    Journey,
    Step,
    contract_start,
    fit_curve,
    is_before,
    is_exit,
    journeys,
    order,
    step_results,
    time_limit,
)

# The stage that hands over, the first of the receiving team, and the one by which it has accepted.
HANDOFFS = {
    "mql_to_sal": ("mql", "sal", "sql"),
    "customer_to_onboarded": ("customer", "onboarded", "onboarded"),
}


@pytest.fixture(scope="module")
def story(built: Built) -> list[Journey]:
    return journeys(built)


def _answer(journey: Journey, stage: str, to_stage: str, accepted_stage: str) -> str:
    last = journey.entries[-1].stage
    worked, passed = journey.first(to_stage), journey.first(accepted_stage)
    if passed:
        return "accepted"
    if last == "disqualified":
        return "rejected"
    if not is_exit(last) and is_before(last, to_stage if worked else stage):
        return "recycled"
    return "accepted" if worked else "never_worked"


def _timing(journey: Journey, stage: str, to_stage: str) -> str:
    (one,) = step_results([journey], Step(stage, to_stage, is_goal=False))
    within = one.ended - one.entry.at <= time_limit(stage) * DAY
    if one.result == OPEN:
        return "waiting" if within else "overdue"
    return "in_time" if within else "late"


def test_every_handoff_has_the_answer_that_its_journey_shows(
    built: Built, story: list[Journey]
) -> None:
    handoffs = query(built.database, "select step, journey_key, answer, timing from marts.handoffs")
    expected = {
        (step, journey.key): (_answer(journey, *stages), _timing(journey, *stages[:2]))
        for journey in story
        for step, stages in HANDOFFS.items()
        if (entry := journey.first(stages[0])) and not entry.is_inferred
    }
    assert {(step, key): (answer, timing) for step, key, answer, timing in handoffs} == expected
    assert {answer for answer, _ in expected.values()} == {
        "accepted", "rejected", "recycled", "never_worked"
    }  # fmt: skip


def test_the_handoffs_that_sales_worked_are_those_of_the_truth(built: Built) -> None:
    with duckdb.connect() as connection:
        truth = connection.execute(f"""
            select count(*), count(worked.journey_id)
            from '{built.truth}/stage_entries.parquet' as mql
            left join (
                select distinct journey_id from '{built.truth}/stage_entries.parquet'
                where stage = 'sal'
            ) as worked using (journey_id)
            where mql.stage = 'mql' and not mql.is_inferred
        """).fetchall()
    assert truth == query(
        built.database,
        "select count(*), count(*) filter (where is_worked) from marts.handoffs"
        " where step = 'mql_to_sal'",
    )


def test_the_won_amount_of_a_handoff_is_the_sum_of_the_wins_since(
    built: Built, story: list[Journey]
) -> None:
    handoffs = query(built.database, "select step, journey_key, won_amount from marts.handoffs")
    by_key = {journey.key: journey for journey in story}
    for step, key, won in handoffs:
        first_order = order(HANDOFFS[step][0])
        assert won == sum(
            entry.amount or 0
            for entry in by_key[key].entries
            if entry.stage in WIN_STAGES and entry.opportunity and order(entry.stage) > first_order
        )
    assert sum(row[2] for row in handoffs) > 1_000_000


def _goal_step(stage: str) -> Step:
    start = "customer" if order(stage) > order("customer") else stage
    return next(step for step in STEPS if step.stage == start and step.is_goal)


def _renewal_amounts(built: Built, story: list[Journey]) -> dict[int, Decimal]:
    """What each customer pays in a year, else the last contract."""
    pays = dict(
        query(
            built.database,
            "select account_key, sum(closing_amount) * 12 from marts.fct_mrr_movements"
            " where movement_month = date '2026-06-01' group by account_key",
        )
    )
    amounts = {}
    for journey in story:
        sold = [e.amount for e in journey.entries if e.stage in ("customer", "retained")]
        if sold and sold[-1] is not None:
            amounts[journey.key] = pays.get(journey.account) or sold[-1]
    return amounts


def _goal_curves(story: list[Journey]) -> dict[tuple[str, str], Curve]:
    """The curve to the goal of each stage and funnel; of the company if too few converted."""
    curves = {}
    for step in (step for step in STEPS if step.is_goal):
        company = list(step_results(story, step))
        for funnel in {journey.funnel for journey in story}:
            results = [one for one in company if one.journey.funnel == funnel]
            if sum(one.result == CONVERTED for one in results) < MINIMUM_GROUP_SIZE:
                results = company
            curves[step.stage, funnel] = fit_curve(
                [one.days for one in results], [one.result for one in results]
            )
    return curves


def _typical_amounts(story: list[Journey]) -> dict[tuple[str, str], Decimal]:
    won: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for journey in story:
        for entry in journey.entries:
            if entry.stage in WIN_STAGES and entry.opportunity and entry.amount is not None:
                won[entry.stage, journey.funnel].append(entry.amount)
                won[entry.stage, "all"].append(entry.amount)
    typical = {}
    for stage in WIN_STAGES:
        for funnel in {journey.funnel for journey in story}:
            amounts = won[stage, funnel]
            if len(amounts) < MINIMUM_GROUP_SIZE:
                amounts = won[stage, "all"]
            typical[stage, funnel] = sum(amounts, Decimal(0)) / len(amounts)
    return typical


def _open_amounts(built: Built) -> dict[int, Decimal]:
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for key, amount in query(
        built.database,
        "select journey_key, amount from marts.dim_opportunities where outcome = 'open'",
    ):
        amounts[key] += amount
    return amounts


def test_every_open_journey_expects_the_probability_times_the_amount_of_its_goal(
    built: Built, story: list[Journey]
) -> None:
    curves, typical, open_amounts = (
        _goal_curves(story),
        _typical_amounts(story),
        _open_amounts(built),
    )
    rows = {row[0]: row[1:] for row in query(
        built.database,
        "select journey_key, stage, expected_amount, is_past_limit from marts.open_journeys",
    )}  # fmt: skip
    open_journeys = [journey for journey in story if not is_exit(journey.entries[-1].stage)]
    assert rows.keys() == {journey.key for journey in open_journeys}
    customers = {journey.account for journey in story if journey.first("customer")}
    renewal_amounts, goals = _renewal_amounts(built, story), Counter[str]()
    for journey in open_journeys:
        last, goal = journey.entries[-1], _goal_step(journey.entries[-1].stage)
        stage, expected, is_past_limit = rows[journey.key]
        assert stage == last.stage
        if journey.is_won_before_records and stage == "customer":
            # Nobody knows since when.
            assert (expected, is_past_limit) == (None, False)
            continue
        assert is_past_limit == (UNTIL - last.at > time_limit(stage) * DAY)
        is_customer = goal.to_stage == "retained"
        if not is_customer and journey.account in customers:
            assert expected is None
            goals["none"] += 1
            continue
        goals[goal.to_stage] += 1
        if is_customer:
            began = contract_start(journey)
            if began is None:
                assert expected is None
                continue
            days = max((UNTIL - began) // DAY, 0)
            amount = renewal_amounts[journey.key]
        else:
            (one,) = step_results([journey], goal)
            days = one.days
            amount = open_amounts.get(journey.key, typical[goal.to_stage, journey.funnel])
        curve = curves[goal.stage, journey.funnel]
        remaining = curve.conversion[-1] - curve.converted(days)
        probability = remaining / curve.still_waiting(days)
        # A probability has six decimals, an amount two.
        rounding = 0.01 + 0.5e-6 * float(amount)
        assert float(expected) == pytest.approx(probability * float(amount), abs=rounding, rel=1e-4)
    assert min(goals[goal] for goal in ("none", "customer", "retained")) > 20


def test_no_account_was_won_for_the_first_time_twice(story: list[Journey]) -> None:
    """So nobody at a customer's account is expected to be."""
    won = Counter(journey.account for journey in story if journey.first("customer"))
    assert len(won) > 30
    assert max(won.values()) == 1


def test_the_cost_of_a_result_is_what_it_lacks_of_comparable_handoffs(built: Built) -> None:
    rows = query(
        built.database,
        "select step, funnel, band_lowest_score, channel, answer, timing,"
        " won_amount + expected_amount from marts.handoffs",
    )
    in_time: dict[tuple[object, ...], list[Decimal]] = defaultdict(list)
    missed: dict[tuple[str, str], list[float]] = defaultdict(list)
    for *kind, answer, timing, value in rows:
        if (answer, timing) == ("accepted", "in_time"):
            in_time[tuple(kind)].append(value)
            in_time[(*kind[:3], "all")].append(value)
    for *kind, answer, timing, value in rows:
        comparable = in_time[tuple(kind)]
        if len(comparable) < MINIMUM_GROUP_SIZE:
            comparable = in_time[(*kind[:3], "all")]
        result = "accepted_late" if (answer, timing) == ("accepted", "late") else answer
        if result != "accepted" and timing != "waiting" and len(comparable) >= MINIMUM_GROUP_SIZE:
            missed[kind[0], result].append(fmean(comparable) - float(value))
    costs = query(
        built.database,
        "select step, handoff_result, compared_count, forgone_amount, status"
        " from marts.handoff_costs",
    )
    assert {status for *_, status in costs} <= {"ok", "too_few"}
    for step, result, count, cost, status in costs:
        assert count == len(missed[step, result])
        assert (status == "ok") == (count >= MINIMUM_GROUP_SIZE)
        if status == "ok":
            assert float(cost) == pytest.approx(sum(missed[step, result]), abs=0.5)
    assert sum(status == "ok" for *_, status in costs) >= 3


def test_trapped_revenue_and_the_gain_of_a_point_follow_from_their_parts(built: Built) -> None:
    trapped = query(
        built.database,
        "select stage, funnel, sum(expected_amount) from marts.open_journeys"
        " where is_past_limit and expected_amount is not null group by stage, funnel",
    )
    bottlenecks = {row[:2]: row[2:] for row in query(
        built.database,
        "select stage, funnel, trapped_amount, year_entered_count, next_stage_to_goal_rate,"
        " average_goal_amount, one_point_gain_amount, gain_rank from marts.bottlenecks",
    )}  # fmt: skip
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for stage, funnel, amount in trapped:
        # All customers are one row: with several time limits it has none.
        if order(stage) < order("customer"):
            sums[stage, funnel] += amount
    assert {row[0] for (stage, _), row in bottlenecks.items() if stage == "customer"} == {None}
    assert {key: bottlenecks[key][0] for key in sums} == sums
    for _, entered, goal_rate, typical, gain, _ in bottlenecks.values():
        if typical is not None:
            exact = Decimal("0.01") * entered * goal_rate * typical
            assert gain == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    company = [
        row for (_, funnel), row in bottlenecks.items() if funnel == "all" and row[3] is not None
    ]
    assert min(company, key=lambda row: row[5])[4] == max(row[4] for row in company)
