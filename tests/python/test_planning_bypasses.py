"""The plan counts leads and SQLs as the definition does, and expects bypasses beside them."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import NAME, Built, query
from tests.python.warm_dbt import run_dbt

WEEKS = 26
# The journeys as they were known at a moment: the same rows, without what came later.
AS_KNOWN = """
    create or replace table marts.fct_journeys as
    select journeys.* replace (
        {times},
        has_reached_lead and reached_lead_at < moment as has_reached_lead,
        has_reached_prospect and reached_prospect_at < moment as has_reached_prospect,
        has_opportunity and opportunity_at < moment as has_opportunity,
        has_win and win_at < moment as has_win,
        is_bypass_prospect and qualified_prospect_at < moment as is_bypass_prospect,
        is_bypass_opportunity and opportunity_at < moment as is_bypass_opportunity,
        case when exited_at < moment then 'exited' else 'open' end as outcome,
        case when win_at < moment then won_amount end as won_amount,
        case when opportunity_at < moment then opportunity_amount end as opportunity_amount
    )
    from marts.fct_journeys as journeys
    cross join (select timestamp '{moment}' as moment)
    where started_at < moment
"""
TIMES = (
    *("awareness_at", "reached_lead_at", "reached_prospect_at"),
    *("qualified_lead_at", "qualified_prospect_at", "opportunity_at", "win_at", "exited_at"),
)
NODES = {"prospect": "qualified_prospect_at", "opportunity": "opportunity_at", "win": "win_at"}


@pytest.fixture(scope="module")
def cutoff(built: Built) -> datetime:
    return datetime.fromisoformat(built.vars["cutoff"]) - timedelta(weeks=WEEKS)


@pytest.fixture(scope="module")
def then(built: Built, cutoff: datetime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the planning models expected half a year before the demo's end."""
    folder = tmp_path_factory.mktemp("bypasses")
    database = folder / NAME
    shutil.copy(built.database, database)
    times = ", ".join(f"case when {each} < moment then {each} end as {each}" for each in TIMES)
    with duckdb.connect(str(database)) as connection:
        connection.execute(AS_KNOWN.format(times=times, moment=cutoff))
    select = "+int_plan_scenario_flows_estimated,path:models/intermediate/planning"
    command = ["run", "--quiet", "-s", select]
    outcome = run_dbt(command, database, folder / "target", {"cutoff": str(cutoff)})
    assert outcome.success
    return database


def test_leads_that_qualified_and_bypasses_explain_what_came(
    built: Built, then: Path, cutoff: datetime
) -> None:
    """The leads of the next half a year at the plan's rates, the open funnel, and bypasses."""
    [(leads,)] = query(
        built.database,
        f"select count(*) from marts.fct_journeys where qualified_lead_at >= '{cutoff}'",
    )
    [(recent,)] = query(
        then,
        "select sum(weekly_leads) from intermediate.int_plan_win_values_estimated"
        " where sample_number = 0",
    )
    # Each funnel has its part of today's leads.
    expected = dict(
        query(
            then,
            f"""
            with shares as (
                select funnel, sum(weekly_leads) / {recent} * {leads} / {WEEKS} as leads
                from intermediate.int_plan_win_values_estimated
                where sample_number = 0 group by funnel
            )
            select node, sum(entry_volume * if(inflow = 'new_leads', leads, 1))
            from intermediate.int_plan_scenario_flows_estimated inner join shares using (funnel)
            where scenario = 'base' and sample_number = 0 and inflow != 'first_lead'
                and week_number < {WEEKS}
            group by node""",
        )
    )
    assert expected["lead"] == pytest.approx(leads, rel=0.001)
    for node, column in NODES.items():
        [(came,)] = query(
            built.database,
            f"select count(*) from marts.fct_journeys where {column} >= '{cutoff}'",
        )
        assert abs(came - expected[node]) < 2 * came**0.5, node


def test_bypasses_come_as_often_as_expected(built: Built, then: Path, cutoff: datetime) -> None:
    [(expected,)] = query(
        then,
        "select sum(entry_volume) from intermediate.int_plan_scenario_flows_estimated"
        " where scenario = 'base' and sample_number = 0 and node = 'opportunity'"
        f" and inflow like 'bypass%' and week_number < {WEEKS}",
    )
    [(came,)] = query(
        built.database,
        "select count(*) from marts.fct_journeys where opportunity_at >= "
        f"'{cutoff}' and is_bypass_opportunity",
    )
    assert expected > 0
    assert abs(came - expected) < 2 * (came + expected) ** 0.5


# Journeys of the truth, each with the moments at which the definition was met.
TRUE_NODES = """
    select
        journey_id,
        min(qualified_at) filter (where stage = 'lead') as lead_at,
        min(qualified_at) filter (where stage = 'sql') as prospect_at,
        min(entered_at) filter (where stage = 'opportunity') as opportunity_at,
        min(entered_at) filter (where stage = 'customer') as win_at
    from '{truth}/stage_entries.parquet'
    group by journey_id
"""


COUNTED = """
    select from_node, lead_group = 'bypass', sum(journey_count),
        coalesce(sum(journey_count) filter (where result = 'advanced'), 0)
    from intermediate.int_plan_transitions_counted
    where unseen_weeks = 0 and from_node != 'awareness'
    group by 1, 2
"""
TRULY_COUNTED = """
    with nodes as ({nodes}),

    moves as (
        select 'lead' as from_node, false as is_bypass, lead_at as node_at,
            prospect_at >= lead_at as is_advanced
        from nodes
        union all
        select 'prospect', coalesce(lead_at > prospect_at, true), prospect_at,
            opportunity_at >= prospect_at
        from nodes
        union all
        select 'opportunity', coalesce(lead_at > prospect_at or prospect_at > opportunity_at, true),
            opportunity_at, win_at is not null
        from nodes
    )

    select from_node, is_bypass, count(*), count(*) filter (where is_advanced)
    from moves
    where node_at >= $start and node_at < $cutoff
    group by 1, 2
"""


def test_the_plan_counts_the_true_leads_sqls_and_bypasses(built: Built) -> None:
    """As many enter each node, and move on from it, as met the definition in truth."""
    end = datetime.fromisoformat(built.vars["cutoff"])
    true_nodes = TRUE_NODES.format(truth=built.truth)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        times = {"start": end - timedelta(weeks=104), "cutoff": end}
        true = connection.execute(TRULY_COUNTED.format(nodes=true_nodes), times).fetchall()
    counted = query(built.database, COUNTED)
    assert {row[:2]: row[2:] for row in counted} == {row[:2]: row[2:] for row in true}
    bypasses = {node: count for node, is_bypass, count, _ in true if is_bypass}
    assert bypasses["opportunity"] > 10


def test_the_rates_of_the_plan_lead_from_the_true_leads_to_the_true_wins(built: Built) -> None:
    """Of journeys that are over: true leads and true bypasses, times the plan's own rates."""
    end = datetime.fromisoformat(built.vars["cutoff"])
    true_nodes = TRUE_NODES.format(truth=built.truth)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        [row] = connection.execute(
            f"""
            with nodes as ({true_nodes})

            select
                count(*) filter (where lead_at between $start and $over),
                count(*) filter (
                    where opportunity_at between $start and $over
                        and coalesce(prospect_at > opportunity_at, true)
                ),
                count(*) filter (where opportunity_at between $start and $over),
                count(win_at) filter (where opportunity_at between $start and $over)
            from nodes""",
            {"start": end - timedelta(weeks=104), "over": end - timedelta(weeks=26)},
        ).fetchall()
        rates = dict(
            connection.execute(
                "select from_node, sum(advance_rate * journey_count) / sum(journey_count)"
                " from marts.plan_rates where is_total group by from_node"
            ).fetchall()
        )
    leads, bypasses, opportunities, wins = row
    chained = leads * rates["lead"] * rates["prospect"] + bypasses
    print(row, rates, chained)
    assert chained == pytest.approx(opportunities, rel=0.1)
    assert chained * rates["opportunity"] == pytest.approx(wins, rel=0.2)
