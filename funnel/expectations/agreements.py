"""What the teams agreed about the data, for the version of the definition that is in force."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import duckdb

COLUMN = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*")
# The days that count as recent, and the fewest persons or rows for which a share is computed.
DAYS = 90
FEWEST = 20


class AgreementError(Exception):
    """Why a build cannot be validated, in one sentence."""


@dataclass(frozen=True)
class Agreement:
    """One row of the seed data_agreements: a limit with its owner."""

    suite: str
    subject: str
    expectation: str
    limit_value: str
    severity: str
    owner_team: str
    meaning: str
    next_step: str

    @property
    def limit(self) -> float:
        try:
            return float(self.limit_value)
        except ValueError:
            raise AgreementError(
                f"seeds/data_agreements.csv, suite {self.suite},"
                f" subject {self.subject or '(empty)'}:"
                f" limit_value is {self.limit_value}. Allowed: a number."
            ) from None


@dataclass(frozen=True)
class Terms:
    """What a build is validated against: the agreements of a version, up to a cutoff."""

    version: int
    cutoff: datetime
    agreements: tuple[Agreement, ...]
    words: Mapping[str, tuple[str, ...]]

    @property
    def parameters(self) -> dict[str, Any]:
        since = self.cutoff - timedelta(days=DAYS)
        known = {"version": self.version, "cutoff": self.cutoff, "since": since}
        return {**known, "fewest": FEWEST}

    def suites(self) -> dict[str, list[Agreement]]:
        names = dict.fromkeys(each.suite for each in self.agreements)
        return {name: [each for each in self.agreements if each.suite == name] for name in names}


def read_terms(connection: duckdb.DuckDBPyConnection, cutoff: datetime) -> Terms:
    version = _version(connection, cutoff)
    agreements = _agreements(connection, version)
    wanted = {each.limit_value for each in agreements if each.expectation == "one_of"}
    words = {name: _words(connection, name) for name in sorted(wanted)}
    attributes = _attributes(connection, version)
    if missing := [each for each in attributes if _has_no_limit(each, agreements)]:
        raise AgreementError(_missing(version, f"how often {', '.join(missing)} must be known"))
    return Terms(version, cutoff, agreements, words)


def quoted(name: str) -> tuple[str, str]:
    """A table and its column, quoted for a query."""
    if not COLUMN.fullmatch(name):
        raise AgreementError(f"seeds/data_agreements.csv: '{name}' is not written as table.column.")
    table, column = name.split(".")
    return f'"{table}"', f'"{column}"'


def _version(connection: duckdb.DuckDBPyConnection, cutoff: datetime) -> int:
    row = connection.execute(
        "select max(definition_version) from seeds.lead_definition_versions"
        " where valid_from < $cutoff and coalesce(valid_to >= $cutoff, true)",
        {"cutoff": cutoff},
    ).fetchone()
    if row is None or row[0] is None:
        raise AgreementError(
            f"No version of the lead definition is in force at {cutoff}. Set valid_from in"
            " seeds/lead_definition_versions.csv and build again."
        )
    return int(row[0])


def _agreements(connection: duckdb.DuckDBPyConnection, version: int) -> tuple[Agreement, ...]:
    names = [field.name for field in fields(Agreement)]
    rows = connection.execute(
        f"select {', '.join(f'coalesce({name}, $none)' for name in names)}"
        " from seeds.data_agreements where definition_version = $version order by all",
        {"version": version, "none": ""},
    ).fetchall()
    if not rows:
        raise AgreementError(_missing(version, "the data"))
    return tuple(Agreement(*row) for row in rows)


def _attributes(connection: duckdb.DuckDBPyConnection, version: int) -> list[str]:
    """The attributes of a person or company that the rules use."""
    rows = connection.execute(
        "select distinct attribute from seeds.lead_definition_rules"
        " where definition_version = ? and attribute not in ('evidence', 'score', 'stage')"
        " order by attribute",
        [version],
    ).fetchall()
    return [str(name) for (name,) in rows]


def _has_no_limit(attribute: str, agreements: tuple[Agreement, ...]) -> bool:
    """An agreement without a subject holds for every attribute."""
    named = {each.subject for each in agreements if each.suite == "fill_rates"}
    return not named & {"", attribute}


def _words(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[str, ...]:
    table, column = quoted(name)
    rows = connection.execute(f"select distinct {column} from seeds.{table} order by all")
    return tuple(str(word) for (word,) in rows.fetchall() if word is not None)


def _missing(version: int, what: str) -> str:
    return (
        f"Version {version} of the lead definition is in force, and seeds/data_agreements.csv"
        f" has no row for it about {what}: let the teams agree, and add the rows."
    )
