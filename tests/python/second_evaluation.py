"""A second implementation of the lead definition, in plain Python from the rows of the seeds."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
STAGES = ("lead", "mql", "sql")


@dataclass(frozen=True)
class Definition:
    """The seeds' rows, of one version or of several, each in its own time."""

    versions: list[dict[str, str]]
    rules: list[dict[str, str]]
    scores: list[dict[str, str]]

    def version_of(self, moment: datetime) -> str:
        """The version in force at a moment; a single one always is."""
        day = moment.isoformat()
        held = [v for v in self.versions if v["valid_from"] <= day < (v["valid_to"] or "9")]
        return held[0]["definition_version"] if len(self.versions) > 1 else self.alone

    @property
    def alone(self) -> str:
        return self.versions[0]["definition_version"]

    def rules_of(self, version: str, stage: str) -> list[dict[str, str]]:
        wanted = (version, stage)
        return [r for r in self.rules if (r["definition_version"], r["stage"]) == wanted]

    def points(self, version: str, kind: str) -> int:
        found = [s for s in self.scores if (s["definition_version"], s["kind"]) == (version, kind)]
        return int(found[0]["points"]) if found else 0


def read_definition(seeds: Path) -> Definition:
    names = ("versions", "rules", "scores")
    return Definition(*(_rows(seeds / f"lead_definition_{name}.csv") for name in names))


def list_evaluations(definition: Definition) -> Iterator[tuple[str, Definition]]:
    """The definition in force, and each version alone."""
    dated = [v for v in definition.versions if v["valid_from"]]
    yield "in_force", Definition(dated, definition.rules, definition.scores)
    for version in definition.versions:
        name = f"version_{version['definition_version']}"
        yield name, Definition([version], definition.rules, definition.scores)


def evaluate_journey(definition: Definition, touches: Iterable[Row]) -> dict[str, datetime]:
    """When a journey met each stage. Touches are in order, with the person's attributes then."""
    met: dict[str, datetime] = {}
    score = 0
    for touch in touches:
        version = definition.version_of(touch["occurred_at"])
        points = definition.points(version, touch["kind"])
        score += points
        for stage in STAGES:
            if stage not in met and _meets(definition, version, stage, touch, points, score):
                met[stage] = touch["occurred_at"]
    if "mql" in met:
        if "lead" not in met:
            del met["mql"]
        else:
            met["mql"] = max(met["mql"], met["lead"])
    return met


def _meets(
    definition: Definition, version: str, stage: str, touch: Row, points: int, score: int
) -> bool:
    own = definition.rules_of(version, stage)
    lead = [r for r in definition.rules_of(version, "lead") if r["attribute"] != "evidence"]
    return bool(own) and all(_passes(rule, touch, points, score) for rule in own + lead)


def _passes(rule: Mapping[str, str], touch: Row, points: int, score: int) -> bool:
    words = rule["value"].split()
    match rule["attribute"]:
        case "evidence":
            return touch["kind"] in words
        case "score":
            return points > 0 and score >= int(rule["value"])
        case name:
            value = touch[name]
    if value is None:
        return rule["if_unknown"] == "passes"
    if rule["operator"] == "at_least":
        return bool(value >= int(rule["value"]))
    return (str(value).lower() if isinstance(value, bool) else value) in words


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
