"""A simulated company of which everything is known: its leads, how they move on, what they pay."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

GROUPS: Final = ("small", "middle", "large")
STEPS: Final = 4  # lead -> MQL -> SQL -> opportunity -> win
YEAR: Final = 365.0
WINDOWS: Final = ((30, 122), (92, 183), (183, 273))  # days after the cutoff: whole months

RATES: Final = np.array(
    [[0.30, 0.40, 0.55, 0.333], [0.30, 0.40, 0.55, 0.205], [0.30, 0.40, 0.55, 0.139]]
)
WAITS: Final = np.outer([58.0, 100.0, 168.0], [0.15, 0.20, 0.25, 0.40])
WAIT_SHAPE: Final = 1.6
PRICES: Final = np.array([6_000.0, 22_000.0, 90_000.0])
PRICE_SPREADS: Final = np.array([0.6, 0.7, 0.9])
MIX: Final = np.array([0.6, 0.3, 0.1])
TABLE: Final = (
    20_000  # prices of a lead group whose law has no formula, each as likely as the others
)


@dataclass(frozen=True)
class Prices:
    """What a win of each lead group is worth: lognormal, or any of a table's prices."""

    table: Floats | None = None

    def draw(self, rng: np.random.Generator, group: Whole) -> Floats:
        """One price per win of these lead groups."""
        if self.table is None:
            noise = PRICE_SPREADS[group] * rng.standard_normal(len(group))
            return np.asarray(PRICES[group] * np.exp(noise))
        return np.asarray(self.table[group, rng.integers(TABLE, size=len(group))])

    def means(self) -> Floats:
        """The true mean of each lead group."""
        if self.table is None:
            return np.asarray(PRICES * np.exp(PRICE_SPREADS**2 / 2))
        return np.asarray(self.table.mean(axis=1))


@dataclass(frozen=True)
class Company:
    """One company; rates and waits are by lead group and step, slopes are per year."""

    volume: float
    days: int
    growth: float
    season: float
    season_day: float
    weekend: float
    mix: Floats
    mix_slopes: Floats
    rates: Floats
    rate_slopes: Floats
    jump_sizes: Floats
    jump_days: Floats
    waits: Floats
    window: tuple[int, int]
    stretch: float
    prices: Prices = field(default_factory=Prices)

    def rates_at(self, step: int, days: Floats) -> Floats:
        """Rates of a step, groups by days, for those who enter it on these days."""
        return np.minimum(np.outer(self.rates[:, step], self.change_at(step, days)), 0.95)

    def change_at(self, step: int, days: Floats) -> Floats:
        """What a step's rates are multiplied by on these days: a trend, and a jump."""
        jumped = self.jump_sizes[step] * (days >= self.jump_days[step])
        return np.asarray(np.exp(self.rate_slopes[step] * days / YEAR + jumped))

    def mix_at(self, days: Floats) -> Floats:
        """Shares of the groups, groups by days."""
        weights = self.mix[:, None] * np.exp(np.outer(self.mix_slopes, days / YEAR))
        return np.asarray(weights / weights.sum(axis=0))

    def leads_at(self, days: Floats) -> Floats:
        """Expected leads of these days: today's volume, growth, season, weekday."""
        months = days / (YEAR / 12)
        season = 1 + self.season * np.sin(2 * np.pi * (days - self.season_day) / YEAR)
        level = self.volume * (1 + self.growth) ** months * season
        return np.asarray(level * self.weekday_at(days))

    def weekday_at(self, days: Floats) -> Floats:
        """Leads of these days as a multiple of their week's mean: few come at a weekend."""
        return np.where(np.mod(days, 7) >= 5, self.weekend, (7 - 2 * self.weekend) / 5)


@dataclass(frozen=True)
class Kind:
    """What is special about a kind of company."""

    name: str
    volume: float
    trend: float = 0.0
    jump: float = 0.0
    is_young: bool = False
    has_open_amounts: bool = True
    price_law: str = "lognormal"


def draw_company(rng: np.random.Generator, kind: Kind) -> Company:
    """A company with its own rates, waits, growth, season and mix. In a year a step's rate moves by
    `trend` at most; once in two years it jumps by `jump` at most."""
    return Company(
        volume=kind.volume,
        days=int(rng.integers(270, 540)) if kind.is_young else 730,
        growth=rng.uniform(-0.03, 0.06),
        season=rng.uniform(0.0, 0.2),
        season_day=rng.uniform(0.0, YEAR),
        weekend=rng.uniform(0.1, 0.6),
        mix=MIX * rng.uniform(0.8, 1.2, 3),
        mix_slopes=rng.uniform(-0.25, 0.25, 3),
        rates=RATES * rng.uniform(0.85, 1.15, RATES.shape),
        rate_slopes=rng.uniform(-kind.trend, kind.trend, STEPS),
        jump_sizes=rng.uniform(-kind.jump, kind.jump, STEPS),
        jump_days=rng.uniform(-730.0, 0.0, STEPS),
        waits=WAITS * rng.uniform(0.85, 1.15, WAITS.shape),
        window=WINDOWS[int(rng.integers(len(WINDOWS)))],
        stretch=rng.uniform(0.7, 2.0),
        prices=_draw_prices(rng, kind.price_law),
    )


def _draw_prices(rng: np.random.Generator, law: str) -> Prices:
    """The company's prices. All but lognormal ones also have a level of their own by company."""
    if law == "lognormal":
        return Prices()
    level = PRICES * np.exp(rng.standard_normal())
    return Prices(np.array([_price_table(rng, law, each) for each in level]))


def _price_table(rng: np.random.Generator, law: str, level: float) -> Floats:
    """Three products far apart with discounts; one win in fifty 25 times as large; 1, 2 and 5 with
    zeros."""
    if law == "price list":
        product = rng.choice([0.03, 1.0, 2.5], TABLE, p=rng.dirichlet([3, 2, 1]))
        off = rng.choice([0.0, 0.1, 0.2, 0.3], TABLE, p=[0.5, 0.2, 0.2, 0.1])
        return np.asarray(level * product * (1 - off))
    if law == "few huge wins":
        is_huge = rng.random(TABLE) < 0.02
        return np.asarray(level * np.exp(0.5 * rng.standard_normal(TABLE)) * (1 + 24 * is_huge))
    assert law == "round numbers", law
    logs = np.log10(level) + 0.5 * rng.standard_normal(TABLE)
    steps = np.log10([1.0, 2.0, 5.0, 10.0])
    place = np.abs(np.mod(logs, 1)[:, None] - steps).argmin(axis=1)
    return np.asarray(10 ** (np.floor(logs) + steps[place]))
