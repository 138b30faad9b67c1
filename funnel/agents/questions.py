"""Answers about the published KPIs, each from one published table, or a refusal with its reason."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from funnel.agents.sources import FUNNEL, TOTAL, Source, dimensions_of, sources_of
from funnel.metrics.kpis import Kpi, read_kpis, read_measures
from funnel.publish import FACTS

Row = dict[str, Any]
# The most periods in one answer: what a review shows of months.
MOST_PERIODS = 13
MEANINGS = {
    "ok": "The period is over, and every source that the KPI needs has sent its data.",
    "partial_period": "The period is not over: the value will still change.",
    "too_few": "A ratio of few cases: one case more or less changes it much.",
    "source_silent": "A source that the KPI needs has stopped sending: the value is too low.",
    "not_recorded": "No source system provides what the KPI needs, so there is no value.",
}
EMPTY = {
    "not_recorded": MEANINGS["not_recorded"],
    "nothing_to_divide_by": "The denominator is zero in this period.",
    "not_started": "The period has not begun; there is a forecast at most.",
}


class RefusedError(Exception):
    """Why there is no answer, and what can be asked instead."""


class Questions:
    """Asks the published file anew each time, so that an answer is from the last publication."""

    def __init__(self, published: Path) -> None:
        self.published = published
        self.kpis = {kpi.name: kpi for kpi in read_kpis()}
        self.measures = read_measures()

    def list_kpis(self) -> Row:
        """Every KPI with its definition."""
        listed = [
            {
                "kpi": kpi.name,
                "name": kpi.label,
                "unit": kpi.unit,
                "owner_team": kpi.owner_team,
                "formula": kpi.formula,
                "is_balance": kpi.is_balance,
                "period_kinds": list(kpi.period_kinds),
                "dimensions": dimensions_of(kpi, self.measures),
            }
            for kpi in self.kpis.values()
        ]
        return self._answer({"kpis": listed})

    def query_kpi(self, name: str, period_kind: str, dimension: str, periods: int) -> Row:
        """A KPI in its last periods, whole or by one dimension."""
        kpi = self._kpi(name, period_kind)
        allowed = dimensions_of(kpi, self.measures)
        if dimension not in allowed:
            raise RefusedError(
                f"{kpi.label} can't be shown by {dimension}: nothing published has it. It can be"
                f" shown by {' or '.join(allowed)}. Persons and their attributes are not offered."
            )
        if not 1 <= periods <= MOST_PERIODS:
            raise RefusedError(f"Ask for 1 to {MOST_PERIODS} periods; you asked for {periods}.")
        if dimension in (TOTAL, FUNNEL):
            rows = self._reviewed(kpi, period_kind, dimension, periods)
        else:
            rows = self._cut(kpi, period_kind, dimension, periods)
        if not rows:
            raise RefusedError(
                f"{kpi.label} has no values by {dimension} in the last {periods} periods of kind"
                f" {period_kind}. Ask for more periods, or by another dimension."
            )
        return self._answer(
            {"kpi": kpi.name, "unit": kpi.unit, "formula": kpi.formula, "values": rows}
        )

    def explain_number(self, name: str, period_kind: str, period_start: str, funnel: str) -> Row:
        """One value of a KPI, with all that it is made of."""
        kpi = self._kpi(name, period_kind)
        start = _date(period_start)
        rows = self._rows(
            "select period_name, actual, actual_numerator, actual_denominator, target, forecast,"
            " prior_actual, year_before_actual, status, empty_reason from"
            " marts.kpi_reviews_by_period where metric = $1 and period_kind = $2"
            " and period_start = $3 and funnel = $4",
            [name, period_kind, start, "all" if funnel == TOTAL else funnel],
        )
        if not rows:
            raise RefusedError(self._not_there(kpi, period_kind, start, funnel))
        row = rows[0]
        return self._answer(
            {
                "kpi": kpi.name,
                "name": kpi.label,
                "period": row["period_name"],
                "value": row["actual"],
                "unit": kpi.unit,
                "owner_team": kpi.owner_team,
                "formula": kpi.formula,
                "numerator": {"measure": kpi.numerator, "value": row["actual_numerator"]},
                "denominator": (
                    {"measure": kpi.denominator, "value": row["actual_denominator"]}
                    if kpi.denominator
                    else None
                ),
                "status": row["status"],
                "status_meaning": MEANINGS[row["status"]],
                "why_empty": EMPTY.get(row["empty_reason"] or ""),
                "target": row["target"],
                "forecast": row["forecast"],
                "period_before": row["prior_actual"],
                "year_before": row["year_before_actual"],
                "table": "kpi_reviews_by_period",
            }
        )

    def explain_record(self, system: str, record_id: str, stage: str) -> Row:
        """Which rules of the definition keep a record's person from a stage, without who it is."""
        stages = self._column("select distinct stage from marts.definition_explained order by 1")
        if stage not in stages:
            raise RefusedError(f"The definition decides {', '.join(stages)}, not {stage}.")
        people = self._rows(
            "select person_key, is_internal, is_competitor, is_test from marts.dim_persons"
            " where system = $1 and record_id = $2",
            [system, record_id],
        )
        if not people:
            raise RefusedError(
                f"No published person has the record {record_id} of {system}: it does not exist, or"
                " the person is published under a record of another system. Of each person one"
                " record is published (system and record_id of marts.dim_persons). Names and"
                " addresses are not published, so they can't be looked up."
            )
        rules = self._rows(
            "select rule, meaning, operator, required_value, outcome, is_passed, is_stage_met,"
            " definition_version, decided_at from marts.definition_explained"
            " where person_key = $1 and stage = $2 order by rule_order",
            [people[0]["person_key"], stage],
        )
        if not rules:
            raise RefusedError(
                f"The person of this record was never evaluated as {stage}: no journey, or only"
                " opportunities, belong to it."
            )
        failed = [rule for rule in rules if not rule["is_passed"]]
        return self._answer(
            {
                "stage": stage,
                "is_met": bool(rules[0]["is_stage_met"]),
                "definition_version": rules[0]["definition_version"],
                "decided_at": rules[0]["decided_at"],
                "rules_not_passed": [_rule(rule) for rule in failed],
                "rules_passed": [rule["rule"] for rule in rules if rule["is_passed"]],
                "table": "definition_explained",
            }
        )

    def open_alerts(self, owner_team: str | None) -> Row:
        """What no longer means what it meant, of all teams or of one."""
        teams = self._column("select distinct owner_team from marts.alerts order by 1")
        if owner_team and owner_team not in teams:
            raise RefusedError(
                f"No alert belongs to {owner_team}. Teams with alerts, open or not: "
                f"{', '.join(teams) or 'none'}."
            )
        rows = self._rows(
            "select severity, owner_team, system, stage, summary, next_step, affected_count,"
            " value_at_stake_amount, first_seen_date, last_seen_date from marts.alerts"
            " where status = 'open' and coalesce(owner_team = $1, true)"
            " order by severity, first_seen_date, summary",
            [owner_team],
        )
        return self._answer({"alerts": rows, "table": "alerts"})

    def _reviewed(self, kpi: Kpi, period_kind: str, dimension: str, periods: int) -> list[Row]:
        total = "=" if dimension == TOTAL else "<>"
        found = self._rows(
            "select period_start, period_name, funnel, actual as value, target, status,"
            " empty_reason from marts.kpi_reviews_by_period as reviews"
            f" where metric = $1 and period_kind = $2 and funnel {total} 'all' and period_start in"
            " (select distinct period_start from marts.kpi_reviews_by_period where metric = $1"
            "  and period_kind = $2 and empty_reason is distinct from 'not_started'"
            "  order by 1 desc limit $3)"
            " order by period_start, funnel",
            [kpi.name, period_kind, periods],
        )
        return [_with_meaning(row, dimension) for row in found]

    def _cut(self, kpi: Kpi, period_kind: str, dimension: str, periods: int) -> list[Row]:
        first, *rest = (_sums(each, dimension) for each in sources_of(kpi, self.measures))
        # Where nothing is counted above the line, a ratio is zero: the rows are those below it.
        cells = (
            "select period_start, group_value, coalesce(upper_sums.total, 0)"
            " / nullif(lower_sums.total, 0) as value, lower_sums.total as denominator"
            f" from ({rest[0]}) as lower_sums left join ({first}) as upper_sums"
            " using (period_start, group_value)"
            if rest
            else "select period_start, group_value, total as value, null as denominator"
            f" from ({first})"
        )
        found = self._rows(
            "with reviewed as (select period_start, max(period_name) as period_name,"
            "  max(status) as status from marts.kpi_reviews_by_period where metric = $1"
            "  and period_kind = $2 and funnel = 'all' and actual is not null"
            "  group by period_start order by period_start desc limit $3)"
            " select period_start, period_name, group_value, value, denominator, status"
            f" from ({cells}) inner join reviewed using (period_start)"
            " where value is not null order by period_start, value desc, group_value",
            [kpi.name, period_kind, periods],
        )
        return [_part_of(row, dimension) for row in found]

    def _kpi(self, name: str, period_kind: str) -> Kpi:
        kpi = self.kpis.get(name)
        if kpi is None:
            near = get_close_matches(name, self.kpis, n=3, cutoff=0.4)
            hint = f"Did you mean {' or '.join(near)}?" if near else "list_kpis has all."
            raise RefusedError(f"There is no KPI {name}. {hint}")
        if period_kind not in kpi.period_kinds:
            raise RefusedError(
                f"{kpi.label} is published by {' and '.join(kpi.period_kinds)}, not by"
                f" {period_kind}."
            )
        return kpi

    def _not_there(self, kpi: Kpi, period_kind: str, start: date, funnel: str) -> str:
        starts = self._column(
            "select distinct period_start from marts.kpi_reviews_by_period"
            " where metric = $1 and period_kind = $2 order by 1",
            [kpi.name, period_kind],
        )
        if start not in starts:
            return (
                f"No {period_kind} begins on {start} in what reviews show of {kpi.label}: they"
                f" begin on {starts[0]} to {starts[-1]}, such as {starts[-1]}."
            )
        funnels = self._column(
            "select distinct funnel from marts.kpi_reviews_by_period where metric = $1 order by 1",
            [kpi.name],
        )
        return f"{kpi.label} has no funnel {funnel}; there are {', '.join(map(str, funnels))}."

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        if not self.published.exists():
            raise RefusedError(f"Nothing is published at {self.published}: run `make publish`.")
        with duckdb.connect(
            str(self.published.resolve()),
            read_only=True,
            config={"enable_external_access": "false", "lock_configuration": "true"},
        ) as connection:
            result = connection.execute(sql, list(values))
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, map(_plain, row), strict=True)) for row in result.fetchall()]

    def _column(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return [next(iter(row.values())) for row in self._rows(sql, values)]

    def _answer(self, content: Mapping[str, Any]) -> Row:
        """With the day up to which the data goes: an answer without it can't be compared."""
        facts = self.published.resolve().with_name(FACTS)
        known = json.loads(facts.read_text()) if facts.exists() else {}
        stamp = {"data_up_to": known.get("cutoff"), "published_at": known.get("published_at")}
        return {**_as_json(content), **stamp}


def _sums(source: Source, dimension: str) -> str:
    """A query: a sum by period and the values of a dimension, all from the allow-list."""
    column = source.dimensions[dimension]
    owners = " left join marts.dim_owners as owners using (owner_key)" if "." in column else ""
    return (
        f"select period_start, {column} as group_value, sum({source.summed}) as total"
        f" from marts.{source.table} {owners} where period_kind = $2 and {source.condition}"
        " group by all having total <> 0"
    )


def _part_of(row: Row, dimension: str) -> Row:
    """A value of a part: few cases show in the denominator, the status is that of the whole."""
    part = {name: row[name] for name in ("period_start", "period_name", "value")}
    if row["denominator"] is not None:
        part["denominator"] = row["denominator"]
    return {**part, dimension: row["group_value"], "status_of_total": row["status"]}


def _with_meaning(row: Row, dimension: str) -> Row:
    """A value that is not there has its reason, never an empty answer."""
    kept = {name: value for name, value in row.items() if name not in ("funnel", "empty_reason")}
    if dimension == FUNNEL:
        kept["funnel"] = row["funnel"]
    if row["value"] is None:
        kept["why_empty"] = EMPTY.get(row["empty_reason"] or "", row["empty_reason"])
    if row["status"] != "ok":
        kept["status_meaning"] = MEANINGS[row["status"]]
    return kept


def _rule(row: Row) -> Row:
    """A rule that keeps the person out; what is known of the person stays in the warehouse."""
    return {
        "rule": row["rule"],
        "meaning": row["meaning"],
        "required": f"{row['operator'] or ''} {row['required_value'] or ''}".strip() or None,
        "outcome": row["outcome"],
    }


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"{text} is no day: write it as 2026-06-01.") from None


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _as_json(content: Mapping[str, Any]) -> Row:
    """Days as text, as JSON has none."""
    answer: Row = json.loads(json.dumps(content, default=str))
    return answer
