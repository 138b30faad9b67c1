"""A company's plans compared with the truth."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from funnel.benchmarks.planning.company import Company, Floats
from funnel.benchmarks.planning.truth import Truth

DRAWS = 100
NAN = float("nan")


@dataclass(frozen=True)
class Plan:
    """A plan in leads per day, and revenue at today's leads with its intervals."""

    leads: float
    leads_80: tuple[float, float] = (NAN, NAN)
    leads_95: tuple[float, float] = (NAN, NAN)
    safe_leads: float = NAN
    recent_weekly_leads: float = NAN
    current_pace_80: tuple[float, float] = (NAN, NAN)
    current_pace_95: tuple[float, float] = (NAN, NAN)
    current_pace_probability: float = NAN


@dataclass(frozen=True)
class Score:
    """One plan evaluated: `error` of its number of leads; `achieved`, the share of the target
    that is expected with them."""

    seed: int
    kind: str
    company: int
    window: int
    planner: str
    error: float
    achieved: float
    is_in_80: float
    is_in_95: float
    safe_met: float
    current_pace_in_80: float
    current_pace_in_95: float
    current_pace_probability: float
    current_pace_hit: float

    def row(self) -> dict[str, Any]:
        return asdict(self)


def score(
    rng: np.random.Generator,
    seed: int,
    kind: str,
    number: int,
    planner: str,
    company: Company,
    truth: Truth,
    plan: Plan,
) -> Score:
    """How far the plan is from the truth, and whether its intervals cover it."""
    safe = _outcomes(rng, company, truth, plan.safe_leads)
    today = _outcomes(rng, company, truth, plan.recent_weekly_leads)
    return Score(
        seed=seed,
        kind=kind,
        company=number,
        window=company.window[0],
        planner=planner,
        error=plan.leads / truth.needed - 1,
        achieved=(truth.open_revenue + plan.leads * truth.revenue_a_lead) / truth.target,
        is_in_80=_share(np.array([truth.needed]), plan.leads_80),
        is_in_95=_share(np.array([truth.needed]), plan.leads_95),
        safe_met=_share(safe, (truth.target, np.inf)),
        current_pace_in_80=_share(today, plan.current_pace_80),
        current_pace_in_95=_share(today, plan.current_pace_95),
        current_pace_probability=plan.current_pace_probability,
        current_pace_hit=_share(today, (truth.target, np.inf)),
    )


def _outcomes(rng: np.random.Generator, company: Company, truth: Truth, leads: float) -> Floats:
    """Draws of revenue: the open funnel as it turned out, the wins of new leads at random."""
    if not np.isfinite(leads):
        return np.full(1, NAN)
    found = np.full(DRAWS, truth.open_outcome)
    for group, wins in enumerate(truth.wins_a_lead):
        for draw, count in enumerate(rng.poisson(leads * wins, DRAWS)):
            found[draw] += company.prices.draw(rng, np.full(count, group)).sum()
    return found


def _share(values: Floats, interval: tuple[float, float]) -> float:
    if np.isnan(values).any() or np.isnan(interval).any():
        return NAN
    return float(((values >= interval[0]) & (values <= interval[1])).mean())
