"""The kinds of drift, each at three sizes, and what each does to a system from its first day on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from funnel.benchmarks.drift.company import CHANNELS, DAYS, REFERENCE, SHARES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SENIOR = 0.5  # share of people who meet the criterion that a system adds


@dataclass(frozen=True)
class Kind:
    """A kind of drift: its three sizes, and how an alert names it."""

    name: str
    sizes: tuple[float, float, float]
    alerts: frozenset[str]
    rule: str | None = None
    # The name in the random seed, so that a new name draws the same companies.
    seed_name: str = ""


def _kind(
    name: str, sizes: tuple[float, float, float], alerts: str, rule: str = "", seed_name: str = ""
) -> Kind:
    return Kind(name, sizes, frozenset(alerts.split()), rule or None, seed_name or name)


KINDS = (
    _kind("threshold_lowered", (-3, -5, -10), "label_agreement gradual_change", "score"),
    _kind("threshold_raised", (3, 5, 10), "label_agreement gradual_change", "score"),
    _kind("criterion_dropped", (0.5, 0.8, 1.0), "label_agreement gradual_change", "a rule"),
    _kind("criterion_added", (0.3, 0.6, 1.0), "label_agreement gradual_change", "none"),
    _kind("recalibrated", (3, 6, 10), "score_recalibrated", "score"),
    _kind("field_unfilled", (0.1, 0.3, 0.9), "fill_rate", "large_enough"),
    _kind("new_label", (0.02, 0.08, 0.3), "unknown_label"),
    _kind("label_renamed", (0.25, 0.5, 1.0), "unknown_label"),
    _kind("new_country", (0.02, 0.05, 0.15), "unknown_value", "served_country"),
    _kind("duplicates", (0.04, 0.1, 0.25), "duplicates"),
    _kind("back_dated", (0.03, 0.08, 0.2), "back_dated"),
    _kind("reopened", (0.03, 0.08, 0.2), "reopened"),
    _kind("overridden", (0.03, 0.06, 0.12), "overridden label_agreement", "none"),
    _kind(
        "channel_threshold",
        (-5, -10, -15),
        "channel_label_agreement label_agreement gradual_change",
        "score",
        "segment",
    ),
    _kind("gradual_change", (0.5, 1, 2), "gradual_change label_agreement", "score", "creep"),
)
NONE = _kind("none", (0, 0, 0), "")


@dataclass(frozen=True)
class Drift:
    """One drift of one company. `part` is the rule that is dropped, or the channel that moves."""

    kind: str
    size: float
    system: int
    onset: int
    part: int
    sign: int

    @classmethod
    def draw(cls, rng: np.random.Generator, kind: Kind, size: float, weekday: Ints) -> "Drift":
        """In a system as likely as it has leads; on a working day, with three weeks to see it."""
        days = np.flatnonzero(weekday < 5)
        days = days[(days >= REFERENCE + 5) & (days < DAYS - 21)]
        return cls(
            kind=kind.name,
            size=size,
            system=int(rng.choice(len(SHARES), p=SHARES)),
            onset=int(rng.choice(days)),
            part=int(rng.integers(len(CHANNELS) if kind.name == "channel_threshold" else 3)),
            sign=int(rng.choice([-1, 1])),
        )

    def hits(self, system: Ints, day: Ints, channel: Ints) -> Bools:
        """The leads that come after it, in its system, and in its channel if it has one."""
        is_hit = (system == self.system) & (day >= self.onset)
        is_whole = self.kind != "channel_threshold"
        return np.asarray(is_hit & ((channel == self.part) | is_whole))

    def points(self, day: Ints) -> int:
        return int(self.sign * self.size)

    def threshold(self, day: Ints) -> Ints:
        """How far the threshold has moved by a day."""
        if self.kind == "gradual_change":
            moved = self.sign * self.size * (day - self.onset + 1) / 7
            return np.asarray(np.rint(moved), dtype=np.int64)
        moves = self.kind in ("threshold_lowered", "threshold_raised", "channel_threshold")
        return np.full(len(day), int(self.size) if moves else 0)

    def criteria(
        self, rng: np.random.Generator, criteria: Bools, is_hit: Bools, draw: Floats
    ) -> Bools:
        """The system's criteria besides the score: one less, or one more."""
        if self.kind == "criterion_dropped":
            criteria = criteria.copy()
            criteria[:, self.part] |= is_hit & (draw < self.size)
        if self.kind == "criterion_added":
            lacks = is_hit & (draw < self.size) & (rng.random(len(is_hit)) > SENIOR)
            criteria = np.column_stack([criteria, ~lacks])
        return criteria

    def override(self, label: Bools, is_hit: Bools, draw: Floats) -> Bools:
        return label | (is_hit & (self.kind == "overridden") & (draw < self.size))

    def renames(self, draw: Floats) -> Bools:
        return (self.kind in ("new_label", "label_renamed")) & (draw < self.size)
