"""What late handoffs cost, estimated on simulated companies of which the true cost is known."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.python.conftest import NAME, messages, query
from tests.python.warm_dbt import run_dbt

WORLDS = 200
HANDOFFS = 1200
FUNNELS, BANDS, CHANNELS = 3, 2, 4
# Late handoffs win this part less; one world in three has no effect of lateness at all.
EFFECTS = {"costly": 0.4, "harmless": 0.0, "chosen": 0.4}
TABLES = """
    create schema marts; create schema intermediate; create schema seeds;
    create table seeds.lifecycle_stages as
    select
        * replace (
            time_limit_days::bigint as time_limit_days, stage_order::bigint as stage_order
        )
    from (values
        ('mql', 3, 'marketing', 7, false, 'definition'),
        ('customer', 7, 'sales', 45, false, 'opportunity_won')
    ) as stages (stage, stage_order, owner_team, time_limit_days, is_exit, entered_by);
    create table marts.open_journeys (journey_key bigint, expected_amount decimal(18, 2));
    create table marts.fct_journey_steps as
    select
        journey_key as journey_step_key, journey_key, journey_key as person_key,
        cast(null as bigint) as account_key, cast(0 as bigint) as latest_opportunity_owner_key,
        world as step, 'mql' as from_stage, 'sal' as to_stage, 'f' || funnel as funnel,
        'c' || channel as channel, 'none' as segment, 'converted' as step_result,
        true as is_handoff, true as is_next, false as is_inferred, true as has_all_dates,
        cast(400 as decimal(18, 2)) as observed_days, timestamp '2026-01-01' as entered_at,
        timestamp '2026-01-01' + to_days(if(is_late, 10, 2)) as ended_at,
        cast(null as varchar) as end_stage, cast(null as varchar) as end_reason
    from handoffs;
    create table intermediate.int_qualifications_evaluated as
    select
        'in_force' as evaluation, journey_key, 'mql' as stage, true as is_scored,
        60 + 15 * band as score
    from handoffs;
    create table marts.fct_lifecycle as
    select
        journey_key, 'customer' as stage, cast(amount as decimal(18, 2)) as amount,
        journey_key as opportunity_key
    from handoffs where amount > 0;
"""


def _draw(rng: np.random.Generator, kind: str, world: int) -> tuple[pa.Table, float]:
    """The handoffs of a company, and what its late ones truly cost, in expectation."""
    size = (FUNNELS, BANDS, CHANNELS)
    place = tuple(rng.integers(0, each, HANDOFFS) for each in size)
    price = np.exp(rng.normal(8, 0.8, FUNNELS))[place[0]]
    wins = rng.uniform(0.05, 0.4, size)[place]
    lateness = rng.uniform(0.1, 0.5, size)[place]
    # Where assumptions break, large deals are answered late and nothing recorded shows it.
    quality = np.exp(rng.normal(0, 0.7, HANDOFFS)) if kind == "chosen" else np.ones(HANDOFFS)
    is_late = rng.random(HANDOFFS) < np.minimum(lateness * quality, 0.9)
    effect = EFFECTS[kind]
    value = price * quality
    is_won = rng.random(HANDOFFS) < wins * np.where(is_late, 1 - effect, 1)
    amount = is_won * value * np.exp(rng.normal(-0.18, 0.6, HANDOFFS))
    columns = {
        "journey_key": world * HANDOFFS + np.arange(HANDOFFS),
        "world": np.full(HANDOFFS, f"{kind} {world}"),
        "funnel": place[0],
        "band": place[1],
        "channel": place[2],
        "is_late": is_late,
        "amount": amount,
    }
    return pa.table(columns), float((is_late * wins * value * effect).sum())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """By kind of company: true cost, estimate, low and high end of the interval, finding."""
    folder = tmp_path_factory.mktemp("costs")
    database, rng = folder / NAME, np.random.default_rng(20261129)
    drawn: dict[str, float] = {}
    tables = []
    for world in range(3 * WORLDS):
        kind = list(EFFECTS)[world % 3]
        table, cost = _draw(rng, kind, world)
        tables.append(table)
        drawn[f"{kind} {world}"] = cost
    with duckdb.connect(str(database)) as connection:
        connection.register("handoffs", pa.concat_tables(tables))
        connection.execute(TABLES)
    outcome = run_dbt(
        ["run", "--quiet", "-s", "handoffs", "handoff_costs"], database, folder / "target"
    )
    assert outcome.success, messages(outcome)
    return _by_kind(database, drawn)


def _by_kind(database: Path, drawn: dict[str, float]) -> dict[str, np.ndarray]:
    rows = query(
        database,
        "select step, forgone_amount, low_95_forgone_amount, high_95_forgone_amount,"
        " finding = 'selection', compared_count / handoff_count"
        " from marts.handoff_costs where handoff_result = 'accepted_late' and status = 'ok'",
    )
    assert len(rows) == len(drawn)
    found: dict[str, list[list[float]]] = {kind: [] for kind in EFFECTS}
    for step, *numbers in rows:
        found[step.split()[0]].append([drawn[step], *map(float, numbers)])
    return {kind: np.array(each) for kind, each in found.items()}


def _coverage(worlds: np.ndarray) -> float:
    true, _, low, high = worlds.T[:4]
    return float(((low <= true) & (true <= high)).mean())


@pytest.mark.parametrize("kind", ["costly", "harmless"])
def test_the_interval_covers_the_true_cost_where_nothing_unrecorded_chose(
    results: dict[str, np.ndarray], kind: str
) -> None:
    worlds = results[kind]
    bias = (worlds[:, 1] - worlds[:, 0]).mean() / results["costly"][:, 0].mean()
    print(kind, _coverage(worlds), bias, worlds[:, 5].mean())
    assert 0.91 <= _coverage(worlds) <= 0.99
    assert abs(bias) < 0.08


def test_a_true_cost_is_mostly_found_and_no_cost_is_hardly_ever_claimed(
    results: dict[str, np.ndarray],
) -> None:
    claimed = {kind: float((worlds[:, 2] > 0).mean()) for kind, worlds in results.items()}
    print(claimed)
    assert claimed["costly"] > 0.5
    assert claimed["harmless"] < 0.06


def test_who_was_chosen_by_what_is_not_recorded_is_shown_below_zero_and_so_called(
    results: dict[str, np.ndarray],
) -> None:
    """The estimate is too low by more than its interval says; nothing is cut off at zero."""
    worlds = results["chosen"]
    bias = (worlds[:, 1] - worlds[:, 0]).mean() / worlds[:, 0].mean()
    print(_coverage(worlds), bias, worlds[:, 4].mean(), (worlds[:, 1] < 0).mean())
    assert bias < -0.5
    assert _coverage(worlds) < 0.8
    assert (worlds[:, 1] < 0).any()
