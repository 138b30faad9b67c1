"""Journeys of fct_lifecycle, followed entry by entry, and the survival estimates of lifelines.

It is written independently of the SQL of the marts, so that each can check the other.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from lifelines import AalenJohansenFitter, KaplanMeierFitter

from funnel.run_dbt import ROOT
from tests.python.conftest import UNTIL, Built, query

DAY = timedelta(days=1)
OPEN, CONVERTED, OUT = 0, 1, 2
WINS = ("opportunity_won", "renewal_won", "expansion_won")
MINIMUM_GROUP_SIZE = 5
ENTRIES = """
    select
        journey_key, stage, entered_at, is_inferred, amount, opportunity_key, exit_reason,
        lifecycle.funnel, first_channel, coalesce(accounts.industry, 'unknown'), account_key,
        journey_key in (
            select journey_key from marts.dim_opportunities
            where journey_match_method = 'account_won_before_the_records'
        )
    from marts.fct_lifecycle as lifecycle
    left join marts.dim_accounts as accounts using (account_key)
    order by journey_key, entry_number
"""


@dataclass(frozen=True)
class Entry:
    """A journey enters a stage."""

    stage: str
    at: datetime
    is_inferred: bool
    amount: Decimal | None
    opportunity: int | None
    reason: str | None


@dataclass(frozen=True)
class Journey:
    """One pass through the funnel, in order."""

    key: int
    funnel: str
    channel: str
    segment: str
    account: int | None
    is_won_before_records: bool
    entries: tuple[Entry, ...]

    def first(self, stage: str) -> Entry | None:
        """The first entry into a stage."""
        return next((entry for entry in self.entries if entry.stage == stage), None)


@dataclass(frozen=True)
class StepResult:
    """The result of a journey at one conversion step."""

    journey: Journey
    entry: Entry
    result: int
    ended: datetime

    @property
    def days(self) -> int:
        """Whole days from entering to the end, or to the cutoff."""
        return (self.ended - self.entry.at) // DAY

    @property
    def watched(self) -> int:
        """Whole days from entering to the cutoff."""
        return (UNTIL - self.entry.at) // DAY

    @property
    def month(self) -> date:
        """The month of entry."""
        return self.entry.at.date().replace(day=1)


@dataclass(frozen=True)
class Step:
    """A conversion step, from one stage to a later one."""

    stage: str
    to_stage: str
    is_goal: bool

    @property
    def name(self) -> str:
        """The step's name in the marts."""
        return f"{self.stage}_to_{self.to_stage}"


def journeys(built: Built) -> list[Journey]:
    """Every journey of the fact."""
    rows = query(built.database, ENTRIES)
    return [_journey(key, list(rows)) for key, rows in groupby(rows, key=lambda row: int(row[0]))]


def _journey(key: int, rows: Sequence[Sequence[Any]]) -> Journey:
    funnel, channel, segment, account, is_won_before_records = rows[0][7:12]
    entries = tuple(Entry(*row[1:7]) for row in rows)
    return Journey(key, funnel, channel, segment, account, is_won_before_records, entries)


def read_seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed."""
    with (ROOT / "seeds" / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


STAGES = {row["stage"]: row for row in read_seed("lifecycle_stages")}
WIN_STAGES = [stage for stage, row in STAGES.items() if row["entered_by"] in WINS]
STEPS = [
    Step("awareness", "lead", is_goal=False),
    Step("lead", "mql", is_goal=False),
    Step("mql", "sal", is_goal=False),
    Step("sal", "sql", is_goal=False),
    Step("sql", "opportunity", is_goal=False),
    Step("opportunity", "customer", is_goal=True),
    Step("customer", "onboarded", is_goal=False),
    Step("customer", "expanded", is_goal=False),
    Step("customer", "contracted", is_goal=False),
    Step("customer", "returned", is_goal=False),
    Step("awareness", "customer", is_goal=True),
    Step("lead", "customer", is_goal=True),
    Step("mql", "customer", is_goal=True),
    Step("sal", "customer", is_goal=True),
    Step("sql", "customer", is_goal=True),
    Step("customer", "retained", is_goal=True),
]


def order(stage: str) -> int:
    """A stage's order; exits come last."""
    return int(STAGES[stage]["stage_order"])


def is_before(stage: str, other: str) -> bool:
    """Whether a stage is a step back from another; none is, for a customer."""
    return other != "customer" and order(stage) < order(other)


def is_exit(stage: str) -> bool:
    """Whether the stage is an exit."""
    return STAGES[stage]["is_exit"] == "true"


def time_limit(stage: str) -> int:
    """The days that a journey may stay in the stage."""
    return int(STAGES[stage]["time_limit_days"])


def step_results(all_journeys: Iterable[Journey], step: Step) -> Iterator[StepResult]:
    """Each journey that entered the step's stage, with its result at the cutoff."""
    for journey in all_journeys:
        # Only who became a customer is seen of those before the records: a rate that counts them
        # is too high.
        if journey.is_won_before_records:
            continue
        entry, reached = journey.first(step.stage), journey.first(step.to_stage)
        last = journey.entries[-1]
        if entry and reached:
            yield StepResult(journey, entry, CONVERTED, reached.at)
        elif entry and (is_exit(last.stage) or is_before(last.stage, step.stage)):
            yield StepResult(journey, entry, OUT, last.at)
        elif entry:
            yield StepResult(journey, entry, OPEN, UNTIL)


def spread_ties(times: Sequence[float], results: Sequence[int]) -> list[float]:
    """Times without ties: each end a little after the previous, open ones after all ends of a time.

    lifelines would scatter ties at random, and leaves out an end at zero; the share at the end of a
    time is the same either way.
    """
    gap = min(0.04, *(b - a for a, b in pairwise(sorted({*times, 1e6})))) / 4
    small = gap / (len(times) + 2)
    return [
        time + (2 * gap if result == OPEN else (place + 1) * small)
        for place, (time, result) in enumerate(zip(times, results, strict=True))
    ]


@dataclass(frozen=True)
class Curve:
    """The estimates of lifelines, readable at any time."""

    times: Sequence[float]
    conversion: Sequence[float]
    waiting: Sequence[float]
    bounds: Sequence[tuple[float, float]]
    step: float

    def _place(self, time: float) -> int:
        return bisect_right(self.times, time + self.step) - 1

    def converted(self, time: float) -> float:
        """The share converted by the end of a time."""
        return self.conversion[self._place(time)]

    def still_waiting(self, time: float) -> float:
        """The share waiting after a time."""
        return self.waiting[self._place(time)]

    def interval(self, time: float) -> tuple[float, float]:
        """The 95 % interval of the share converted."""
        return self.bounds[self._place(time)]

    def reaches(self, share: float, values: Sequence[float]) -> float | None:
        """The first time at which a share is reached."""
        return next(
            (time for time, value in zip(self.times, values, strict=True) if value >= share), None
        )


def fit_curve(times: Sequence[float], results: Sequence[int], variance: bool = False) -> Curve:
    """Aalen-Johansen of converting, and Kaplan-Meier of waiting."""
    distinct_times = spread_ties(times, results)
    conversion = AalenJohansenFitter(calculate_variance=variance)
    conversion.fit(distinct_times, results, event_of_interest=CONVERTED)
    waiting = KaplanMeierFitter().fit(distinct_times, [result != OPEN for result in results])
    bounds = conversion.confidence_interval_.to_numpy().tolist() if variance else []
    return Curve(
        conversion.cumulative_density_.index.tolist(),
        conversion.cumulative_density_.iloc[:, 0].tolist(),
        waiting.survival_function_.iloc[:, 0].tolist(),
        [(min(row), max(row)) for row in bounds],
        min((b - a for a, b in pairwise(sorted(set(times)))), default=1.0) / 3,
    )


def contract_start(journey: Journey) -> datetime | None:
    """The anniversary of the win at which the contract under way began.

    Where nobody recorded the win, the first renewal stands for it, if there is one.
    """
    renewals = [entry.at for entry in journey.entries if entry.stage == "retained"]
    if journey.is_won_before_records:
        if not renewals:
            return None
        won, *renewals = renewals
    else:
        won = next(entry.at for entry in journey.entries if entry.stage == "customer")
    years = round((renewals[-1] - won) / DAY / 365.25) if renewals else 0
    return years_later(won, max(years, len(renewals)))


def years_later(moment: datetime, years: int) -> datetime:
    """The same day of a later year; 28 February for the 29th where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)
