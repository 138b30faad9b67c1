"""Writes a metric for each KPI of the seed kpi_list, and for each part that KPIs divide.

A KPI that can be added up from single things (a journey, an opportunity) is one metric, which can
be asked for by any period. A KPI that asks what became of a period's own customers or opportunities
is one metric per kind of period, such as `nrr_by_quarter`: its months do not add up to its quarter.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from funnel.metrics.kpis import Kpi, Measures, read_kpis, read_measures
from funnel.places import ROOT

FILE = Path("models/semantic/_kpi_metrics.yml")
HEADER = """\
# Made by `funnel metrics write` from seeds/kpi_list.csv and macros/kpis/kpi_measures.sql, on the
# measures of _semantic_models.yml. Change those, then run it again.
"""
STAGE = re.compile(r"(entered|bypassed)_(\w+)")
STAGE_MEASURES = {"entered": "qualified_entries", "bypassed": "bypass_entries"}
REVENUE_TYPE = "revenue_type"


@dataclass(frozen=True)
class Part:
    """A measure of a semantic model, and the rows of it: values by dimension.

    A whole part is asked for by any period; the others have rows of their own for each kind."""

    measure: str
    entity: str
    filters: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True
    balance: str | None = None
    # Of the days before a period ends, however long the period is: the measure of what is older.
    old: str | None = None
    # Known by month: it has no weeks, and no quarters that begin within a calendar quarter.
    is_monthly: bool = False


CLOSED, CHANGES, PIPELINE, MRR = (
    "opportunity",
    "opportunity_change",
    "pipeline_period",
    "recurring_revenue_period",
)
DUE = {"basis": "due_in_period"}
# What the macro kpi_measures sums (rows, sum), as a measure of _semantic_models.yml.
PARTS = {
    ("opportunity_periods", "won_count * closed_amount"): Part("closed_won_amount", CLOSED),
    ("opportunity_periods", "won_count"): Part("closed_won_opportunities", CLOSED),
    ("opportunity_periods", "lost_count"): Part("closed_lost_opportunities", CLOSED),
    ("opportunity_periods", "won_count + lost_count"): Part("closed_all_opportunities", CLOSED),
    ("opportunity_periods", "won_days"): Part("closed_won_days", CLOSED),
    ("opportunity_periods", "case when won_days is null then 0 else won_count end"): Part(
        "closed_dated_won_opportunities", CLOSED
    ),
    **{
        ("window_sales", summed): Part(
            f"closed_{measure}", CLOSED, {REVENUE_TYPE: "new"}, old=f"old_{measure}"
        )
        for summed, measure in {
            "won_count": "won_opportunities",
            "dated_count": "dated_won_opportunities",
            "closed_count": "all_opportunities",
            "won_amount": "won_amount",
            "won_days": "won_days",
        }.items()
    },
    ("opportunity_periods", "1"): Part(
        "worked_opportunities", PIPELINE, {"basis": "all_open"}, is_whole=False
    ),
    ("opportunity_periods", "created_amount"): Part(
        "created_amount", PIPELINE, {"basis": "all_open"}, is_whole=False
    ),
    ("open_opportunities", "closing_amount"): Part("open_amount_change", CHANGES, balance="last"),
    ("open_opportunities", "closing_count"): Part("open_count_change", CHANGES, balance="last"),
    ("due_opportunities", "opening_amount"): Part("opening_amount", PIPELINE, DUE, is_whole=False),
    ("due_commits", "opening_amount"): Part(
        "opening_amount", PIPELINE, {**DUE, "is_opening_commit": "true"}, is_whole=False
    ),
    ("due_commits", "slipped_amount"): Part(
        "slipped_amount", PIPELINE, {**DUE, "is_opening_commit": "true"}, is_whole=False
    ),
    **{
        ("mrr_periods", summed): Part(measure, MRR, is_whole=False)
        for summed, measure in {
            "opening_customer_count": "customers_at_start",
            "opening_amount": "mrr_at_start",
            "closing_amount": "mrr_at_end",
            "new_amount + expansion_amount": "mrr_gained",
            "contraction_amount + churn_amount": "mrr_lost",
            "year_opening_customer_count": "customers_a_year_before",
            "year_churned_customer_count": "customers_lost_in_a_year",
            "year_opening_amount": "mrr_a_year_before",
            "year_gross_amount": "mrr_kept_for_a_year",
            "year_net_amount": "mrr_kept_and_expanded_in_a_year",
        }.items()
    },
}
TARGETS = {
    "any": "target_of_all",
    "new": "target_of_new",
    "expansion": "target_of_expansion",
    "renewal": "target_of_renewals",
}
# The grain of metric_time that is each kind of period of the business; what is known by month only
# has the calendar's.
GRAINS = {"week": "business_week", "month": "month", "quarter": "business_quarter"}
MONTHLY_GRAINS = {"month": "month", "quarter": "quarter"}
OTHERS = {
    "spend_amount": Part("campaign_spend_amount", "campaign_month", is_monthly=True),
    "opening_pipeline_amount": Part(
        "opening_amount_change", CHANGES, {REVENUE_TYPE: "new"}, balance="first"
    ),
}


class _Dumper(yaml.SafeDumper):
    """Writes each list anew where two metrics share it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class MetricError(Exception):
    """What has no metric, and why, in one sentence."""


def write_metrics(root: Path = ROOT) -> int:
    """Writes the file; how many metrics of how many KPIs are in it."""
    try:
        text = render_metrics(read_kpis(root), read_measures(root))
    except MetricError as error:
        print(error, file=sys.stderr)
        return 1
    (root / FILE).write_text(text)
    metrics = yaml.safe_load(text)["metrics"]
    kpis = {metric["config"]["meta"]["kpi"] for metric in metrics} - {None}
    print(f"{FILE}: {len(metrics)} metrics of {len(kpis)} KPIs.")
    return 0


def render_metrics(kpis: Sequence[Kpi], measures: Measures) -> str:
    generator = _Generator(kpis, measures)
    metrics = [metric for kpi in kpis for metric in generator.metrics_of(kpi)]
    by_name = {metric["name"]: metric for metric in metrics}
    content = {
        "version": 2,
        "metrics": list(by_name.values()),
        "saved_queries": list(_saved_queries(list(by_name.values()))),
    }
    return HEADER + yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=120)


class _Generator:
    """Knows all KPIs and measures while it makes the metrics of one."""

    def __init__(self, kpis: Sequence[Kpi], measures: Measures) -> None:
        self.measures = measures
        # A sum that is a KPI is the part of others under the KPI's own name.
        self.sums = {kpi.numerator: kpi.name for kpi in kpis if not kpi.denominator}

    def metrics_of(self, kpi: Kpi) -> Iterator[dict[str, Any]]:
        """The metrics of a KPI, after the parts that it needs; a part may be there before."""
        for kind in (None,) if self._is_whole(kpi) else kpi.period_kinds:
            if kpi.denominator is None:
                yield self._sum(kpi.numerator, kind, kpi)
                continue
            parts = (kpi.numerator, kpi.denominator)
            for measure in parts:
                yield from self._needed(measure, kind)
            numerator, denominator = (self._name(measure, kind) for measure in parts)
            yield {
                **_heading(_named(kpi.name, kind), kpi, kind, self._grains(parts, kind)),
                "type": "ratio",
                "type_params": {"numerator": numerator, "denominator": denominator},
            }

    def _needed(self, measure: str, kind: str | None) -> Iterator[dict[str, Any]]:
        """The metric of a part, after those that it is a product of."""
        for factor in self._factors(measure):
            yield from self._needed(factor, kind)
        if measure not in self.measures.products:
            yield from self._balances(measure)
        if measure not in self.sums:
            yield self._sum(measure, kind, None)

    def _balances(self, measure: str) -> Iterator[dict[str, Any]]:
        """Of a window of days: all that has closed so far, and what of it is too old by now."""
        part = self._part(measure)
        for name, summed in ((f"{measure}_ever", part.measure), (f"{measure}_old", part.old)):
            if part.old:
                yield {
                    **_heading(name, None, None, self._grains([measure], None)),
                    "type": "cumulative",
                    "type_params": {
                        "measure": {"name": summed},
                        "cumulative_type_params": {"period_agg": "last"},
                    },
                    "filter": _condition(part.entity, part.filters),
                }

    def _sum(self, measure: str, kind: str | None, kpi: Kpi | None) -> dict[str, Any]:
        name = _named(kpi.name, kind) if kpi else self._name(measure, kind)
        own_kind = None if self._is_whole_measure(measure) else kind
        heading = _heading(name, kpi, own_kind, self._grains([measure], own_kind))
        if factors := self._factors(measure):
            inputs = [_input(self._name(factor, kind), factor) for factor in factors]
            expression = self.measures.products[measure]
            return {
                **heading,
                "type": "derived",
                "type_params": {"expr": expression, "metrics": inputs},
            }
        part = self._part(measure)
        if part.old:
            names = (f"{measure}_ever", f"{measure}_old")
            return {
                **heading,
                "type": "derived",
                "type_params": {
                    "expr": f"coalesce({names[0]}, 0) - coalesce({names[1]}, 0)",
                    "metrics": [{"name": each} for each in names],
                },
            }
        filters = {**part.filters, **({} if part.is_whole else {"period_kind": kind or ""})}
        summed: dict[str, Any] = {"name": part.measure}
        if part.balance:
            kind_of = {"type": "cumulative"}
            parameters = {"cumulative_type_params": {"period_agg": part.balance}}
        else:
            kind_of, parameters = {"type": "simple"}, {}
        return {
            **heading,
            **kind_of,
            "type_params": {"measure": summed, **parameters},
            **({"filter": _condition(part.entity, filters)} if filters else {}),
        }

    def _grains(self, measures: Sequence[str], kind: str | None) -> list[str]:
        """The grains of metric_time by which a metric is what the marts show."""
        grains = MONTHLY_GRAINS if any(map(self._is_monthly, measures)) else GRAINS
        return [grains[kind]] if kind else list(grains.values())

    def _is_monthly(self, measure: str) -> bool:
        factors = self._factors(measure)
        return any(map(self._is_monthly, factors)) if factors else self._part(measure).is_monthly

    def _is_whole(self, kpi: Kpi) -> bool:
        return all(map(self._is_whole_measure, filter(None, (kpi.numerator, kpi.denominator))))

    def _is_whole_measure(self, measure: str) -> bool:
        if factors := self._factors(measure):
            return all(map(self._is_whole_measure, factors))
        return self._part(measure).is_whole

    def _name(self, measure: str, kind: str | None) -> str:
        name = self.sums.get(measure, measure)
        return name if self._is_whole_measure(measure) else _named(name, kind)

    def _factors(self, measure: str) -> list[str]:
        words = re.findall(r"\w+", self.measures.products.get(measure, ""))
        return [word for word in words if word in self.measures.sums]

    def _part(self, measure: str) -> Part:
        if measure in OTHERS:
            return OTHERS[measure]
        if staged := STAGE.fullmatch(measure):
            return Part(STAGE_MEASURES[staged[1]], "entry", {"stage": staged[2]})
        line = self.measures.sums.get(measure)
        if line is None:
            raise MetricError(f"The macro kpi_measures has no measure {measure}.")
        if line.rows == "targets":
            return Part(TARGETS[line.revenue_type], "target", is_monthly=True)
        part = PARTS.get((line.rows, line.summed))
        if part is None:
            raise MetricError(
                f"The measure {measure} sums {line.summed} of {line.rows}, for which no semantic"
                " model has a measure: add one to models/semantic/_semantic_models.yml, and its"
                " line to PARTS in funnel/metrics/generate.py."
            )
        if line.revenue_type == "any":
            return part
        filters = {**part.filters, REVENUE_TYPE: line.revenue_type}
        return replace(part, filters=filters)


def _heading(name: str, kpi: Kpi | None, kind: str | None, grains: Sequence[str]) -> dict[str, Any]:
    """What people read of a metric: name, formula, owner."""
    label = kpi.label if kpi else name.replace("_", " ").capitalize()
    if kind and kpi:
        label = f"{label}, by {kind}"
    text = f"{kpi.formula[0].upper()}{kpi.formula[1:]}." if kpi else "A part of KPIs."
    if kind:
        text += f" Only by metric_time__{grains[0]}: other periods are not sums of its {kind}s."
    if kpi:
        owner = "all teams" if kpi.owner_team == "all" else kpi.owner_team
        text += f" Owner: {owner}. Unit: {kpi.unit}."
    meta = {
        "kpi": kpi.name if kpi else None,
        "owner_team": kpi.owner_team if kpi else None,
        "unit": kpi.unit if kpi else None,
        "period_kind": kind,
        "grains": list(grains),
    }
    return {"name": name, "label": label, "description": text, "config": {"meta": meta}}


def _input(metric: str, alias: str) -> dict[str, str]:
    return {"name": metric, **({} if metric == alias else {"alias": alias})}


def _named(name: str, kind: str | None) -> str:
    return f"{name}_by_{kind}" if kind else name


def _condition(entity: str, filters: Mapping[str, str]) -> str:
    return " and ".join(
        f"{{{{ Dimension('{entity}__{dimension}') }}}} = "
        + (value if value in ("true", "false") else f"'{value}'")
        for dimension, value in filters.items()
    )


def _saved_queries(metrics: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The KPIs of each review by funnel, those known by month apart; ad spend by itself."""
    for kind, review in (("week", "weekly"), ("month", "monthly"), ("quarter", "quarterly")):
        for grain in dict.fromkeys((GRAINS[kind], MONTHLY_GRAINS.get(kind, GRAINS[kind]))):
            names = [
                metric["name"]
                for metric in metrics
                if _is_in_review(metric, kind, grain) and metric["name"] != "spend"
            ]
            suffix = "" if grain == GRAINS[kind] else "_of_targets"
            text = f"KPIs of the {review} review, by {kind} and funnel."
            yield _saved_query(f"{review}_review{suffix}", text, review, names, grain, ["funnel"])
    yield _saved_query("monthly_spend", "Ad spend by month.", "monthly", ["spend"], "month", [])


def _is_in_review(metric: Mapping[str, Any], kind: str, grain: str) -> bool:
    meta = metric["config"]["meta"]
    return bool(meta["kpi"]) and meta["period_kind"] in (None, kind) and grain in meta["grains"]


def _saved_query(
    name: str, text: str, tag: str, metrics: list[str], grain: str, entities: list[str]
) -> dict[str, Any]:
    by = [f"TimeDimension('metric_time', '{grain}')", *(f"Entity('{each}')" for each in entities)]
    return {
        "name": name,
        "description": text,
        "config": {"tags": [tag]},
        "query_params": {"metrics": metrics, "group_by": by},
    }
