"""Compares the alerts of a detector with what was planted in a case."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from funnel.benchmarks.drift.company import DAYS, REFERENCE
from funnel.benchmarks.drift.leads import RULES
from funnel.benchmarks.drift.run import Drawn

SIGHT = 14  # days within which an alert can still name the drift


@dataclass(frozen=True, order=True)
class Alert:
    """An alert: on which day, of which system, and what."""

    day: int
    system: int
    kind: str = ""
    rule: str | None = None


@dataclass(frozen=True)
class Score:
    """A detector on a case. Days count from 1; none where it was not found."""

    regime: str
    detector: str
    kind: str
    size: int
    number: int
    affected: int  # leads on the first day of the drift
    days: int | None  # from the first day of the drift
    days_affected: int | None  # from the first day with an affected lead
    is_right_system: bool | None
    is_right_rule: bool | None
    false_count: int

    def row(self) -> dict[str, Any]:
        return asdict(self)


def score(regime: str, detector: str, drawn: Drawn, alerts: Sequence[Alert]) -> Score:
    """A drift is found by a new alert of its system from its first day on."""
    drift, case = drawn.drift, drawn.case
    affected = affected_by_day(drawn)
    if case.kind.name == "none":
        false = [each for each in alerts if not _is_outage(each, drawn)]
        return Score(
            regime, detector, "none", 0, case.number, 0, None, None, None, None, len(false)
        )
    new = sorted(each for each in alerts if each.day >= drift.onset)
    mine = [each for each in new if each.system == drift.system]
    first = next(iter(np.flatnonzero(affected)), drift.onset)
    seen = [each for each in new if each.day < drift.onset + SIGHT]
    named = [each for each in mine if each.day < drift.onset + SIGHT]
    return Score(
        regime=regime,
        detector=detector,
        kind=case.kind.name,
        size=case.size,
        number=case.number,
        affected=int(affected[drift.onset]),
        days=mine[0].day - drift.onset + 1 if mine else None,
        days_affected=max(mine[0].day - int(first) + 1, 1) if mine else None,
        is_right_system=_names_system(seen, drift.system),
        is_right_rule=any(_is_right(each, drawn, named[0].day) for each in named)
        if named
        else None,
        false_count=0,
    )


def affected_by_day(drawn: Drawn) -> NDArray[np.int64]:
    leads = np.bincount(drawn.leads.day[drawn.leads.is_affected], minlength=DAYS)
    for each in drawn.signals:
        leads = leads + each.extra.sum(axis=0)[:DAYS]
    return leads


def _names_system(seen: Sequence[Alert], system: int) -> bool | None:
    if not seen:
        return None
    return any(each.system == system for each in seen if each.day == seen[0].day)


def _is_right(alert: Alert, drawn: Drawn, day: int) -> bool:
    """Whether an alert of that day names what drifts, and the rule."""
    kind = drawn.case.kind
    wanted = RULES[drawn.drift.part] if kind.rule == "a rule" else kind.rule
    rule = alert.rule or "none"
    return alert.day == day and alert.kind in kind.alerts and wanted in (None, rule)


def _is_outage(alert: Alert, drawn: Drawn) -> bool:
    """An alert about a silent system is right; in the reference days no rate alarms."""
    is_silent = alert.kind == "missing_data" and (alert.system, alert.day) in drawn.company.outages
    return is_silent or alert.day < REFERENCE
