"""The other worlds, judged by the project's own models: what was found, by how many alerts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
from dbt.cli.main import dbtRunnerResult

from funnel.benchmarks.drift.company import REFERENCE
from funnel.benchmarks.drift.land import FIRST, TABLES
from funnel.benchmarks.drift.people import NO_LABEL, People, draw_people
from funnel.benchmarks.drift.run import evaluate
from funnel.benchmarks.drift.world_tables import END, PROFILES, holidays, land_world
from funnel.benchmarks.drift.worlds import World
from funnel.run_dbt import run_dbt

ALERTS = (
    "select system, kind, rule, first_seen_date, last_seen_date, affected_count, status,"
    " status_reason, summary"
    " from marts.alerts order by first_seen_date, kind"
)


@dataclass(frozen=True)
class RaisedAlert:
    """An alert of a world; days count from 0."""

    kind: str
    rule: str | None
    first_day: int
    last_day: int
    affected: int
    status: str
    reason: str | None
    summary: str

    @property
    def name(self) -> tuple[str, str, int]:
        """What stays the same in every later build."""
        return self.kind, self.rule or "", self.first_day

    def moved(self, days: int) -> "RaisedAlert":
        return replace(self, first_day=self.first_day + days, last_day=self.last_day + days)


@dataclass(frozen=True)
class Outcome:
    """One company of a world."""

    world: World
    number: int
    first: int | None  # first day with a label that the change has affected
    alerts: Sequence[RaisedAlert]

    @property
    def found(self) -> RaisedAlert | None:
        """The first alert that names what happened."""
        if self.first is None:
            return None
        named = [each for each in self.alerts if each.kind in self.world.kinds]
        return next((each for each in named if each.first_day >= self.first), None)

    @property
    def days(self) -> int | None:
        """Days from the first affected label to the alert; 1 is the same day."""
        return self.found.first_day - (self.first or 0) + 1 if self.found else None

    @property
    def of_causes(self) -> Sequence[RaisedAlert]:
        """Alerts about what happens in this world."""
        kinds, start = self.world.kinds, self.first or 0
        return [
            each
            for each in self.alerts
            if each.kind in self.world.also or (each.kind in kinds and each.first_day >= start)
        ]

    @property
    def false(self) -> Sequence[RaisedAlert]:
        return [each for each in self.alerts if each not in self.of_causes]


def judge_worlds(
    worlds: Iterable[World],
    companies: int,
    seed: int,
    folder: Path,
    dbt: Callable[..., dbtRunnerResult] = run_dbt,
) -> list[Outcome]:
    """So many companies of each world, all in one database."""
    worlds, database = list(worlds), folder / "revenue_funnel.duckdb"
    database.unlink(missing_ok=True)
    firsts: dict[str, tuple[World, int, int | None]] = {}
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        connection.execute(PROFILES)
        for world in worlds:
            for number in range(companies):
                rng = np.random.default_rng([seed, *world.name.encode(), number])
                people = draw_people(rng, world)
                system = f"{world.name}_{number}"
                land_world(connection, system, world, people, rng)
                firsts[system] = world, number, _first(world, people)
    evaluate(database, folder / "target", dbt, holidays(worlds), END)
    alerts = raised_alerts(database)
    return [Outcome(*firsts[system], alerts.get(system, [])) for system in firsts]


def _first(world: World, people: People) -> int | None:
    """The first day on which something was there to be seen, after the reference."""
    if world.onset is None:
        return None
    day, label = people.day, people.label_day
    if "late_labels" in world.kinds:
        is_late = (label != NO_LABEL) & (day >= (world.late_from or 0)) & (label - day > 1)
        return int(label[is_late].min())
    first = day[people.is_affected].min() if people.is_affected.any() else world.onset
    return max(int(first), REFERENCE)


def raised_alerts(database: Path) -> dict[str, list[RaisedAlert]]:
    """The alerts of each system."""
    alerts: dict[str, list[RaisedAlert]] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for system, kind, rule, first, last, *more in connection.execute(ALERTS).fetchall():
            alert = RaisedAlert(kind, rule, (first - FIRST).days, (last - FIRST).days, *more)
            alerts.setdefault(system, []).append(alert)
    return alerts
