"""The numbers that the page plans with: what each market needs, and how it moves with the inputs.

At the inputs of the marts the page shows the plan of the marts. Beyond them it scales it: revenue
from new leads grows in proportion to leads, price and rates (that is exact); a rate changes the
part of the open funnel, and of bypasses to come, that still has to pass the step; a wait counts as
plan_levers says for one day."""

import json
from collections.abc import Mapping
from typing import Any

from funnel.report.company import Company
from funnel.report.read import Record

NODES = ("awareness", "lead", "prospect", "opportunity", "win")
STEPS = ("lead", "prospect", "opportunity")
# The weeks that the page lists.
WEEKS = 13


def tables(company: Company) -> tuple[str, ...]:
    """Where the numbers come from."""
    names = ("targets", "plan_weeks", "plan_totals", "plan_rates", "levers")
    return tuple(dict.fromkeys(table for name in names for table in company[name].tables))


def plans(company: Company) -> list[Mapping[str, Any]]:
    """A plan for each market that has a target and a history to plan from."""
    rows = [
        row
        for row in company["targets"].where(is_total=True)
        if row["new_target_amount"] and row["weekly_leads"] is not None and row["needed_wins"]
    ]
    # The largest target first.
    rows.sort(key=lambda row: -row["new_target_amount"])
    return [_plan(company, row) for row in rows]


def as_json(company: Company) -> str:
    """The plans as the page's script reads them; nothing in it can end the script's element."""
    return json.dumps(plans(company)).replace("<", "\\u003c")


def _plan(company: Company, row: Record) -> Mapping[str, Any]:
    funnel = row["funnel"]
    rates = {each["from_node"]: each for each in company["plan_rates"].where(funnel=funnel)}
    waits = {
        each["from_node"]: float(each["gained_amount"])
        for each in company["levers"].where(funnel=funnel, lever="wait")
    }
    totals = {each["node"]: each for each in company["plan_totals"].where(funnel=funnel)}
    amounts = (
        *("new_target_amount", "won_amount", "expected_open_amount", "needed_amount"),
        *("expected_bypass_amount", "low_80_bypass_amount", "high_80_bypass_amount"),
        *("today_amount", "weekly_leads", "low_80_leads", "high_80_leads", "today_leads"),
        *("max_leads", "needed_wins", "today_hit_probability", "high_80_today_amount"),
    )
    return {
        "funnel": funnel,
        "name": company.funnels.get(funnel, funnel),
        **{column: _number(row[column]) for column in amounts},
        "last_lead_week": row["last_lead_week"].isoformat() if row["last_lead_week"] else None,
        "rates": {step: _of(rates, step, "advance_rate") for step in STEPS},
        "waits": {step: _of(rates, step, "wait_days") for step in STEPS},
        "gains": {step: waits.get(step, 0.0) for step in STEPS},
        "open": {node: _of(totals, node, "open_volume") for node in NODES},
        "bypass": {node: _of(totals, node, "bypass_volume") for node in NODES},
        "weeks": _weeks(company, funnel),
    }


def _weeks(company: Company, funnel: str) -> list[Mapping[str, Any]]:
    """The next weeks: what is planned at each node, of it from the open funnel and by bypasses."""
    found: dict[str, dict[str, Any]] = {}
    for row in company["plan_weeks"].where(funnel=funnel):
        if row["weeks_ahead"] < WEEKS:
            week = found.setdefault(row["plan_week"].isoformat(), {})
            week[row["node"]] = [
                _number(row[column])
                for column in ("planned_volume", "open_volume", "bypass_volume")
            ]
    return [{"week": week, "nodes": nodes} for week, nodes in sorted(found.items())]


def teams(company: Company) -> dict[str, str | None]:
    """The team that is accountable for each node."""
    found = {row["node"]: row["owner_team"] for row in company["plan_weeks"].records}
    return {node: found.get(node) for node in NODES}


def _of(records: Mapping[str, Record], key: str, column: str) -> float:
    return _number(records[key][column]) or 0.0 if key in records else 0.0


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
