"""Which published table has a KPI by which dimension: the allow-list of the server for agents."""

from collections.abc import Mapping
from dataclasses import dataclass

from funnel.metrics.generate import STAGE
from funnel.metrics.kpis import Kpi, Measures

TOTAL, FUNNEL = "total", "funnel"
STAGE_COLUMNS = {"entered": "qualified_count", "bypassed": "bypass_count"}
# The sums of kpi_sales_by_period and kpi_mrr_by_period, by what the macro kpi_measures sums.
SALES_SUMS = {
    "won_count * closed_amount": "won_amount",
    "won_count": "won_count",
    "lost_count": "lost_count",
    "won_count + lost_count": "won_count + lost_count",
    "won_days": "won_days",
}


@dataclass(frozen=True)
class Source:
    """A table with columns of its own for dimensions, and the sum of it that is a measure."""

    table: str
    summed: str
    condition: str
    dimensions: Mapping[str, str]


def source_of(measure: str, measures: Measures) -> Source | None:
    """Where a measure can be cut by more than the funnel; none where nothing published can."""
    if staged := STAGE.fullmatch(measure):
        return Source(
            table="stage_volumes_by_period",
            summed=STAGE_COLUMNS[staged[1]],
            condition=f"stage = '{staged[2]}'",
            dimensions={"channel": "channel", "segment": "segment"},
        )
    line = measures.sums.get(measure)
    if line is None:
        return None
    if line.rows == "opportunity_periods" and line.summed in SALES_SUMS:
        any_type = line.revenue_type == "any"
        return Source(
            table="kpi_sales_by_period",
            summed=SALES_SUMS[line.summed],
            condition="true" if any_type else f"revenue_type = '{line.revenue_type}'",
            dimensions={"channel": "channel", "segment": "segment", "owner_team": "owners.team"},
        )
    if line.rows == "mrr_periods":
        return Source(
            table="kpi_mrr_by_period",
            summed=line.summed,
            condition="true",
            dimensions={"channel": "channel", "segment": "segment"},
        )
    return None


def sources_of(kpi: Kpi, measures: Measures) -> tuple[Source, ...]:
    """Those of numerator and denominator; none unless each has one."""
    parts = [part for part in (kpi.numerator, kpi.denominator) if part]
    found = [source_of(part, measures) for part in parts]
    return tuple(each for each in found if each) if all(found) else ()


def dimensions_of(kpi: Kpi, measures: Measures) -> list[str]:
    """By what a KPI can be cut."""
    if kpi.numerator == "spend_amount":
        return [TOTAL]
    sources = sources_of(kpi, measures)
    return [TOTAL, FUNNEL, *(sources[0].dimensions if sources else ())]
