"""The planner of the report shows the plan of the marts, and does with other inputs what a scenario
of the models does: one build of the planning models with 300 rows of scenarios is compared with the
page in a browser."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from funnel.report import words
from tests.python.browser import browser, opened
from tests.python.conftest import NAME, Built, query
from tests.python.warm_dbt import run_dbt

STEPS = ("lead", "prospect", "opportunity")
NODES = ("awareness", *STEPS, "win")
# What a scenario can change for all markets, and by which factors.
LEVERS = [
    *(("rate", step, 0.5, 1.6) for step in STEPS),
    *(("wait", step, 0.4, 1.8) for step in STEPS),
    ("price", None, 0.6, 1.6),
]
SCENARIOS, LEVERS_OF_EACH = 50, 6
CHANCE_TOLERANCE, INTERVAL_TOLERANCE = 0.01, 0.03
# The models that a scenario passes, from its factors to the tables that people read.
PLANNED = [
    *("int_plan_scenario_factors_listed", "int_plan_scenario_flows_estimated"),
    *("int_plan_new_revenue_estimated", "int_plan_required_leads_estimated"),
    *("int_plan_awareness_estimated", "plan_targets", "plan_weeks"),
]
PLAN = """select scenario, funnel, weekly_leads, needed_wins,
        current_pace_amount, current_pace_hit_probability,
        low_80_current_pace_amount, high_80_current_pace_amount, new_target_amount, last_lead_week
    from marts.plan_targets
    where is_total and new_target_amount > 0"""


@dataclass(frozen=True)
class Plan:
    """What the marts have of one scenario and market."""

    leads: float
    wins: float
    expected: Decimal
    chance: float
    low: Decimal
    high: Decimal
    target: Decimal
    last: date
    weeks: list[float]


def _plans(database: Path) -> dict[tuple[str, str], Plan]:
    volumes: dict[tuple[str, str], dict[tuple[date, str], float]] = {}
    for scenario, funnel, week, node, volume in query(
        database,
        "select scenario, funnel, plan_week, node, planned_volume from marts.plan_weeks"
        " where weeks_ahead < 13",
    ):
        volumes.setdefault((scenario, funnel), {})[week, node] = volume
    found = {}
    for scenario, funnel, *row in query(database, PLAN):
        of_plan = volumes[scenario, funnel]
        # What nobody enters has no row.
        weeks = sorted({week for week, _ in of_plan})
        entries = [of_plan.get((week, node), 0) for week in weeks for node in NODES]
        found[scenario, funnel] = Plan(*[*row, entries])
    return found


# What the page shows, as one object.
SHOWN = """() => {
    const out = (name) => document.querySelector(`#plan [data-out=${name}]`).textContent;
    const rows = [...document.querySelectorAll("#plan tbody tr")].slice(0, -1);
    const cells = rows.flatMap((row) => [...row.querySelectorAll("td")]);
    const names = ["leads", "wins", "expected", "chance", "between", "last", "spend", "verdict"];
    names.push("advice", "safe");
    return {
        ...Object.fromEntries(names.map((name) => [name, out(name)])),
        weeks: cells.map((cell) => cell.firstChild.textContent),
        levers: [...document.querySelectorAll("#plan .levers li")].map((item) => item.textContent),
    };
}"""
FILL = """(typed) => {
    const form = document.querySelector("#plan form");
    form.querySelector("button").click();
    for (const [name, value] of Object.entries(typed)) {
        form.elements.namedItem(name).value = String(value);
    }
    form.elements.namedItem("target").dispatchEvent(new Event("input", { bubbles: true }));
}"""


def _number(text: str) -> float:
    return float(text.replace(",", "").removesuffix("%"))


def _markets(tab: Any) -> Iterator[dict[str, Any]]:
    """The numbers behind each market, which is chosen in the planner."""
    plans = tab.evaluate("JSON.parse(document.getElementById('plans').textContent).plans")
    for place, plan in enumerate(plans):
        tab.locator("#plan select[name=funnel]").select_option(str(place))
        yield plan


def test_the_planner_starts_with_the_plan_of_the_marts(built: Built, page: Path) -> None:
    wanted = {
        funnel: plan
        for (scenario, funnel), plan in _plans(built.database).items()
        if scenario == "base"
    }
    [(spend,)] = query(built.database, "select sum(planned_week_amount) from marts.plan_budget")
    with browser() as chromium, opened(chromium, page) as (tab, wrong):
        seen = []
        for market in _markets(tab):
            plan, shown = wanted[market["funnel"]], tab.evaluate(SHOWN)
            assert _number(shown["leads"]) == pytest.approx(plan.leads, abs=0.051)
            assert _number(shown["wins"]) == pytest.approx(plan.wins, abs=0.051)
            assert _number(shown["expected"]) == pytest.approx(float(plan.expected), abs=1)
            assert _number(shown["chance"]) == pytest.approx(plan.chance * 100, abs=0.51)
            assert _number(shown["spend"]) == pytest.approx(float(spend), abs=1)
            between = [_number(end) for end in shown["between"].split(" to ")]
            assert between == pytest.approx([float(plan.low), float(plan.high)], abs=1)
            assert shown["last"] == words.short_day(plan.last) + f" {plan.last.year}"
            assert [*map(_number, shown["weeks"])] == pytest.approx(plan.weeks, abs=0.051)
            _levers_are_those_of_the_marts(built.database, shown["levers"], market["funnel"])
            _advice_is_that_of_the_marts(built.database, shown, market["funnel"])
            seen.append(market["funnel"])
        assert sorted(seen) == sorted(wanted)
        assert wrong == []


def _levers_are_those_of_the_marts(database: Path, shown: list[str], funnel: str) -> None:
    best = query(
        database,
        "select gained_amount, low_80_gained_amount, high_80_gained_amount from marts.plan_levers"
        f" where funnel = '{funnel}' and lever_rank <= 3 order by lever_rank",
    )
    for text, amounts in zip(shown, best, strict=True):
        for amount in amounts:
            assert f"{amount:,.0f}" in text


def _advice_is_that_of_the_marts(database: Path, shown: dict[str, str], funnel: str) -> None:
    """Who is to do what; and a safe number that nobody can work says so."""
    [(team, advice, safe, most)] = query(
        database,
        "select coalesce(team_name, 'All teams'), advice, safe_leads, max_leads"
        " from marts.plan_targets left join seeds.teams on teams.team = advice_team"
        f" where scenario = 'base' and is_total and funnel = '{funnel}'",
    )
    assert shown["advice"].lower() == f"{team}: {advice}".lower()
    if safe is None:
        assert shown["safe"] == "no number of leads is safe"
        return
    number, *above = shown["safe"].split(", above the ")
    assert _number(number) == pytest.approx(safe, abs=0.051)
    assert bool(above) == (safe > most)


@pytest.fixture(scope="module")
def scenarios(
    built: Built, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, dict[tuple[str, str | None], float]]]:
    """A copy of the build with 300 rows of scenarios, and what each of them changes."""
    folder = tmp_path_factory.mktemp("scenarios")
    database = folder / NAME
    shutil.copy(built.database, database)
    rng = random.Random(17)
    made: dict[str, dict[tuple[str, str | None], float]] = {}
    with duckdb.connect(str(database)) as connection:
        for number in range(SCENARIOS):
            chosen = rng.sample(LEVERS, LEVERS_OF_EACH)
            changes = {(lever, step): round(rng.uniform(*by), 4) for lever, step, *by in chosen}
            made[f"scenario_{number}"] = changes
            connection.executemany(
                "insert into seeds.planning_scenarios values (?, null, ?, ?, null, ?)",
                [[f"scenario_{number}", *key, factor] for key, factor in changes.items()],
            )
    command = ["run", "--quiet", "--select", *PLANNED]
    assert run_dbt(command, database, folder / "target", built.vars).success
    return database, made


def test_the_planner_agrees_with_300_rows_of_scenarios(
    scenarios: tuple[Path, dict[str, dict[tuple[str, str | None], float]]], page: Path
) -> None:
    """Revenue to a ten-thousandth of the target, leads, wins and weeks to the digits that are
    shown; the interval and the chance within the tolerances below."""
    database, made = scenarios
    assert sum(map(len, made.values())) == 300
    wanted, chances, ends = _plans(database), list[float](), list[float]()
    with browser() as chromium, opened(chromium, page) as (tab, wrong):
        for market in _markets(tab):
            for name, changes in made.items():
                plan = wanted[name, market["funnel"]]
                tab.evaluate(FILL, _typed(market, changes))
                shown, where = tab.evaluate(SHOWN), f"{market['funnel']}, {name}: {changes}"
                near = float(plan.target) / 10_000
                assert abs(_number(shown["expected"]) - float(plan.expected)) <= near, where
                for part, value in (("leads", plan.leads), ("wins", plan.wins)):
                    close = pytest.approx(value, rel=1e-4, abs=0.051)
                    assert _number(shown[part]) == close, f"{part}, {where}"
                weeks = pytest.approx(plan.weeks, rel=1e-4, abs=0.051)
                assert [*map(_number, shown["weeks"])] == weeks, where
                chances.append(abs(_number(shown["chance"]) / 100 - plan.chance))
                end = _number(shown["between"].split(" to ")[1])
                ends.append(abs(end / float(plan.high) - 1))
        assert wrong == []
    # The page scales the error of the build's estimates; the models estimate it for each scenario.
    # A chance is shown in whole per cent.
    assert max(chances) <= CHANCE_TOLERANCE
    assert max(ends) <= INTERVAL_TOLERANCE


def _typed(plan: dict[str, Any], changes: dict[tuple[str, str | None], float]) -> dict[str, float]:
    """What somebody types for a scenario."""
    typed = {}
    for (lever, step), factor in changes.items():
        if lever == "price":
            sums = ("expected_open_amount", "expected_bypass_amount", "needed_amount")
            price = sum(plan[amount] for amount in sums) / plan["needed_wins"]
            typed["price"] = price * factor
        elif lever == "rate":
            typed[f"rate-{step}"] = plan["rates"][step] * 100 * factor
        else:
            # The models add days that are rounded to hundredths.
            typed[f"wait-{step}"] = plan["waits"][step] + round(plan["waits"][step], 2) * (
                factor - 1
            )
    return typed
