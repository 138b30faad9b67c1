"""What the yml files beside the seeds say of each seed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SEED = re.compile(r"""ref\(\s*['"](\w+)['"]\s*\)""")
# Ten times as fast, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Check:
    """One of dbt's tests of a seed, and the columns that it is about."""

    kind: str
    columns: tuple[str, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    where: str = "true"
    remedy: str = ""
    is_warning: bool = False

    @property
    def column(self) -> str:
        return self.columns[0]

    @property
    def other_seed(self) -> str:
        """The seed that lists the allowed values of relationships; empty if it is a model."""
        found = SEED.search(str(self.arguments.get("to", "")))
        return found[1] if found else ""


@dataclass(frozen=True)
class Seed:
    """A seed as its yml describes it."""

    name: str
    columns: frozenset[str]
    types: Mapping[str, str]
    checks: tuple[Check, ...]
    demo_fingerprint: str = ""


def describe_seeds(folder: Path) -> dict[str, Seed]:
    """Every seed that a yml of the folder describes; a file that is no YAML is left to dbt."""
    found: dict[str, Seed] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            described = yaml.load(path.read_text(), LOADER)["seeds"]
            seeds = [_seed(each) for each in described]
        except (yaml.YAMLError, KeyError, TypeError, AttributeError):
            continue
        found |= {seed.name: seed for seed in seeds}
    return found


def _seed(described: Mapping[str, Any]) -> Seed:
    config = described.get("config") or {}
    types = config.get("column_types") or {}
    columns = described.get("columns") or ()
    return Seed(
        described["name"],
        frozenset({*types, *(column["name"] for column in columns)}),
        types,
        tuple(_checks(described)),
        str((config.get("meta") or {}).get("demo_fingerprint", "")),
    )


def _checks(described: Mapping[str, Any]) -> Iterator[Check]:
    for test in described.get("data_tests") or ():
        yield _check(test, ())
    for column in described.get("columns") or ():
        for test in column.get("data_tests") or ():
            yield _check(test, (column["name"],))


def _check(test: str | Mapping[str, Any], columns: tuple[str, ...]) -> Check:
    """A test is a name, or a name and what belongs to it."""
    if isinstance(test, str):
        return Check(test, columns)
    ((kind, given),) = test.items()
    given = given or {}
    arguments, config = given.get("arguments") or {}, given.get("config") or {}
    return Check(
        kind,
        columns or tuple(arguments.get("columns") or ()),
        arguments,
        str(config.get("where", "true")),
        str((config.get("meta") or {}).get("what_to_do", "")).strip(),
        config.get("severity") == "warn",
    )
