"""The numbers that the page plans with: what each market needs, and what brings it.

At the inputs of the marts the page shows the plan of the marts. For other inputs it does what the
models of a scenario do, with the inflows of plan_flows: a rate multiplies the inflows that still
have to pass it, a wait moves them, a price multiplies what their wins are worth. What goes beyond
that is written in templates/planner.js beside each calculation."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from funnel.report import words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import FINDING, Company
from funnel.report.read import Record

NODES = ("awareness", "lead", "prospect", "opportunity", "win")
STEPS = ("lead", "prospect", "opportunity")
# The weeks that the page lists.
WEEKS = 13
# Digits of a volume; so many that no number on the page changes.
DIGITS = 9


def tables(company: Company) -> tuple[str, ...]:
    """Where the numbers come from."""
    names = ("targets", "plan_weeks", "plan_flows", "plan_rates", "levers", "plan_budget")
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
    found = {
        "plans": plans(company),
        "budget": _budget(company),
        "teams": _team_nodes(company),
        "prospects": prospects(company),
    }
    return json.dumps(found, separators=(",", ":")).replace("<", "\\u003c")


def together(company: Company) -> str:
    """The leads per week of all markets in the plan of the build, and today."""
    found = plans(company)
    if len(found) < 2:
        return ""
    needed = sum(plan["weekly_leads"] for plan in found)
    today = sum(plan["recent_weekly_leads"] for plan in found)
    return (
        f"In the plan of the build all markets together take {words.decimal(needed)} new leads per"
        f" week; today {words.decimal(today)} come.{_short(found)}"
    )


def _short(found: Sequence[Mapping[str, Any]]) -> str:
    """The markets that need more leads than come today: those of another one do not help them."""
    short = [
        f"{words.decimal(plan['weekly_leads'] - plan['recent_weekly_leads'])} in {plan['name']}"
        for plan in found
        if plan["weekly_leads"] > plan["recent_weekly_leads"]
    ]
    return f" More are needed per week: {', '.join(short)}." if short else ""


MONTHS_SHOWN = 6


def months(company: Company) -> Block:
    """For the first months with a target: what is needed, and until when a lead still helps."""
    rows = [row for row in company["targets"].where(is_total=False) if row["new_target_amount"]]
    starts = sorted({row["period_start"] for row in rows})[:MONTHS_SHOWN]
    place = {funnel: number for number, funnel in enumerate(company.funnels)}
    shown = sorted(
        (row for row in rows if row["period_start"] in starts),
        key=lambda row: (row["period_start"], place.get(row["funnel"], len(place))),
    )
    late = [row for row in shown if _is_over(company, row["last_lead_week"])]
    headings = ("Month", "Market", ".Target", ".Leads per week", "A lead helps until", "Outcome",
                "Advice")  # fmt: skip
    grid = Grid(
        headings,
        tuple(
            (
                Cell(words.short_month(row["period_start"]), is_heading=True),
                Cell(company.funnels.get(row["funnel"], words.plain(row["funnel"]))),
                Cell(words.amount(row["new_target_amount"])),
                Cell(words.decimal(row["weekly_leads"])),
                Cell(_until(company, row["last_lead_week"])),
                Cell(row["outcome_name"] or words.NOTHING),
                Cell(row["advice"] or words.NOTHING),
            )
            for row in shown
        ),
        "Month by month: until when a lead still helps",
    )
    return Block(
        id="plan-months",
        title=f"For {words.count(len(late))} of {words.count(len(shown))} monthly targets new leads"
        " come too late"
        if shown
        else "Month by month",
        rows=company["targets"],
        text="The plan of the build for the target of each month alone. A lead helps until: the"
        " last week in which half of what a lead brings is expected to come by the end of the"
        " month.",
        grid=grid if shown else None,
        team=FINDING,
        span=3,
        empty="" if shown else "No month has a target.",
    )


def _is_over(company: Company, week: date | None) -> bool:
    return week is not None and company.as_of is not None and week + timedelta(7) <= company.as_of


def _until(company: Company, week: date | None) -> str:
    """The last week in which a lead is expected to pay in the month; said if it is over."""
    if week is None:
        return words.NOTHING
    return f"{words.day(week)}{', over' if _is_over(company, week) else ''}"


def has_budget(company: Company) -> bool:
    return bool(company["plan_budget"])


def _plan(company: Company, row: Record) -> Mapping[str, Any]:
    funnel = row["funnel"]
    rates = {each["from_node"]: each for each in company["plan_rates"].where(funnel=funnel)}
    amounts = (
        *("new_target_amount", "won_amount", "expected_open_amount", "needed_amount"),
        *("expected_bypass_amount", "low_80_bypass_amount", "high_80_bypass_amount"),
        *(
            "current_pace_amount",
            "low_80_current_pace_amount",
            "high_80_current_pace_amount",
            "weekly_leads",
        ),
        *("recent_weekly_leads", "max_leads", "needed_wins", "current_pace_hit_probability"),
    )
    return {
        "funnel": funnel,
        "name": company.funnels.get(funnel, funnel),
        **{column: _number(row[column]) for column in amounts},
        "last_lead_week": row["last_lead_week"].isoformat() if row["last_lead_week"] else None,
        "advice": _advice(company, row),
        "safe": _safe(row),
        "rates": {step: _of(rates, step, "advance_rate") for step in STEPS},
        "waits": {step: _of(rates, step, "wait_days") for step in STEPS},
        "levers": _levers(company, funnel),
        **_flows(company, funnel),
        **_weeks(company, funnel),
    }


def _advice(company: Company, row: Record) -> str:
    """Who is to do what: Sales: close what is open."""
    if not row["advice"]:
        return ""
    team = None if row["advice_team"] == "all" else row["advice_team"]
    return f"{company.team(team)}: {row['advice'][0].lower()}{row['advice'][1:]}"


def _safe(row: Record) -> str:
    """The leads that reach the target in four of five cases, and whether they can be worked."""
    if row["safe_leads"] is None:
        return "no number of leads is safe"
    most = words.decimal(row["max_leads"])
    above = f", above the {most} that can be worked" if row["is_safe_above_max"] else ""
    return f"{words.decimal(row['safe_leads'])}{above}"


def _flows(company: Company, funnel: str) -> Mapping[str, Any]:
    """What comes in by seven days from the cutoff, and what its wins are worth."""
    rows = company["plan_flows"].where(funnel=funnel)
    length = max((row["weeks_ahead"] for row in rows), default=-1) + 1
    volumes: dict[str, dict[str, list[float]]] = {}
    worth: dict[str, list[float]] = {}
    luck: dict[str, list[float]] = {}
    days = [0] * length
    for row in rows:
        inflow, week = row["inflow"], row["weeks_ahead"]
        node = volumes.setdefault(inflow, {}).setdefault(row["node"], [0.0] * length)
        node[week] = round(row["entry_volume"], DIGITS)
        days[week] = row["target_days"]
        if row["expected_amount"] is not None:
            worth.setdefault(inflow, [0.0] * length)[week] = float(row["expected_amount"])
            luck.setdefault(inflow, [0.0] * length)[week] = float(row["luck_deviation_amount"])
    return {"flows": volumes, "worth": worth, "luck": luck, "days": days}


def _levers(company: Company, funnel: str) -> list[Mapping[str, Any]]:
    """What a point of a rate, a day of a wait, a per cent of price adds; the best first."""
    rows = company["levers"].where(funnel=funnel)
    columns = ("gained_amount", "low_80_gained_amount", "high_80_gained_amount")
    return [
        {"lever": row["lever"], "node": row["from_node"]}
        | {column: _number(row[column]) for column in columns}
        for row in sorted(rows, key=lambda row: row["lever_rank"])
    ]


def _weeks(company: Company, funnel: str) -> Mapping[str, Any]:
    """The weeks that are listed, the days of the first one that are gone, and what owners can take
    on at each node."""
    rows = company["plan_weeks"].where(funnel=funnel)
    weeks = {row["weeks_ahead"]: row for row in rows if row["weeks_ahead"] < WEEKS}
    capacity = {row["node"]: row["capacity_count"] for row in rows}
    return {
        "weeks": [weeks[ahead]["plan_week"].isoformat() for ahead in sorted(weeks)],
        "plan_days": [weeks[ahead]["plan_days"] for ahead in sorted(weeks)],
        "capacity": {node: capacity.get(node) for node in ("prospect", "opportunity")},
    }


def _budget(company: Company) -> list[Mapping[str, Any]]:
    """What a lead of each paid channel costs, and how many each market has per week."""
    leads = company["plan_lead_channels"]
    return [
        {
            "cost": _number(row["cost_per_lead_amount"]),
            "elasticity": row["spend_elasticity"],
            "today": row["recent_weekly_leads"],
            "planned": row["planned_leads"],
            "spend": _number(row["planned_week_amount"]),
            "leads": {
                each["funnel"]: each["weekly_leads"] for each in leads.where(channel=row["channel"])
            },
        }
        for row in company["plan_budget"].records
    ]


def teams(company: Company) -> dict[str, str | None]:
    """The team that is accountable for each node."""
    found = {row["node"]: row["owner_team"] for row in company["plan_weeks"].records}
    return {node: found.get(node) for node in NODES}


def prospects(company: Company) -> str:
    """What those between lead and opportunity are called: by their stage if that is a short name
    such as SQL, which people have in their ears."""
    name = company.stage(company.stage_of("prospect"))
    return f"{name}s" if name.isupper() else "prospects"


def _team_nodes(company: Company) -> list[Mapping[str, Any]]:
    """Each team with the places of its nodes."""
    places: dict[str | None, list[int]] = {}
    for place, team in enumerate(teams(company).values()):
        places.setdefault(team, []).append(place)
    return [{"name": company.team(team), "nodes": nodes} for team, nodes in places.items()]


def _of(records: Mapping[str, Record], key: str, column: str) -> float:
    return _number(records[key][column]) or 0.0 if key in records else 0.0


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
