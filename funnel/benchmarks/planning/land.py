"""Companies as the tables that the planning models read: one funnel each."""

from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from funnel.benchmarks.planning.company import GROUPS, Company, Floats
from funnel.benchmarks.planning.history import History
from funnel.benchmarks.planning.truth import Truth

CUTOFF = date(2026, 6, 1)
# The project's own seeds that the planning models read.
SEEDS = ("lifecycle_stages", "teams")
NODES = {"lead": 0, "prospect": 2, "opportunity": 3, "win": 4}  # of the stages of a history
TABLES = """
    create schema marts; create schema seeds;
    create table marts.fct_journeys (
        journey_key bigint, funnel varchar, first_channel varchar, outcome varchar,
        won_amount decimal(18, 2), opportunity_amount decimal(18, 2), has_win boolean,
        awareness_at timestamp, reached_lead_at timestamp, reached_prospect_at timestamp,
        opportunity_at timestamp, win_at timestamp, exited_at timestamp,
        qualified_lead_at timestamp, qualified_prospect_at timestamp,
        is_bypass_prospect boolean, is_bypass_opportunity boolean);
    create table seeds.funnels (funnel varchar);
    create table seeds.holidays (holiday_date date, holiday_name varchar, funnel varchar);
    create table seeds.targets (
        funnel varchar, target_month date, target_amount decimal(18, 2),
        new_share double, expansion_share double, renewal_share double,
        marketing_agreed_on date, sales_agreed_on date, account_services_agreed_on date);
    create table seeds.planning_scenarios (
        scenario varchar, funnel varchar, lever varchar, from_node varchar,
        new_value double, factor double);
    create table seeds.owner_capacity (
        funnel varchar, planning_node varchar, owner varchar, weekly_count bigint);
"""


def land_journeys(
    connection: duckdb.DuckDBPyConnection,
    funnel: str,
    history: History,
    has_open_amounts: bool = True,
) -> None:
    """Adds a company's leads to marts.fct_journeys, with nothing of what lies after the cutoff."""
    seen = history.entered[:, 0] < 0
    columns: dict[str, Any] = {
        f"{node}_at": _moments(history.entered[seen, stage]) for node, stage in NODES.items()
    }
    columns["exited_at"] = _moments(history.exited[seen])
    columns["lead_group"] = np.array(GROUPS)[history.group[seen]]
    columns["amount"] = history.amount[seen]
    columns["forecast"] = history.forecast[seen]
    journeys = pa.table(columns)
    connection.register("journeys", journeys)
    connection.execute(
        """
        insert into marts.fct_journeys by name
        select
            hash(?, row_number() over ()) % 1000000007 as journey_key,
            ? as funnel,
            lead_group as first_channel,
            case when exited_at is null then 'open' else 'exited' end as outcome,
            case when win_at is not null then amount end as won_amount,
            case when ? and opportunity_at is not null then forecast end as opportunity_amount,
            win_at is not null as has_win,
            lead_at as awareness_at,
            lead_at as reached_lead_at,
            lead_at as qualified_lead_at,
            prospect_at as reached_prospect_at,
            prospect_at as qualified_prospect_at,
            false as is_bypass_prospect,
            false as is_bypass_opportunity,
            * exclude (lead_group, amount, forecast, lead_at, prospect_at)
        from journeys
        """,
        [funnel, funnel, has_open_amounts],
    )
    connection.unregister("journeys")


def land_target(
    connection: duckdb.DuckDBPyConnection, funnel: str, company: Company, truth: Truth
) -> None:
    """Spreads a company's target over the months of its window by their days."""
    start, end = company.window
    days = [(CUTOFF + timedelta(day)).replace(day=1) for day in range(start, end)]
    for month in sorted(set(days)):
        amount = truth.target * days.count(month) / len(days)
        connection.execute(
            "insert into seeds.targets values (?, ?, ?, 1, 0, 0, null, null, null)",
            [funnel, month, amount],
        )


def _moments(days: Floats) -> NDArray[np.datetime64]:
    """Timestamps; not a time where the day lies after the cutoff."""
    is_known = days < 0
    micros = (np.where(is_known, days, 0) * 86_400_000_000).astype("timedelta64[us]")
    return np.where(is_known, np.datetime64(CUTOFF, "us") + micros, np.datetime64("NaT", "us"))
