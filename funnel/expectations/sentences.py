"""What was found and what was agreed, as sentences for the people who agreed to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow.parquet as pq
from great_expectations.checkpoint.checkpoint import CheckpointResult

from funnel.expectations.agreements import DAYS, Agreement, Terms
from funnel.expectations.measure import REFERENCE, Measured
from funnel.expectations.validate import faults

AS_AGREED, NO_DATA = "as agreed", "not enough data"
ORDER = ("error", "warning", NO_DATA, AS_AGREED)
# What each suite is about, and what was found about one of its subjects.
TITLES = {
    "label_agreement": "Do the systems' labels agree with the definition?",
    "source_reconciliation": "Is every row accounted for?",
    "quarantine": "How many rows can't be used?",
    "vocabulary": "Are all words among those agreed?",
    "unmapped": "Is every channel known?",
    "fill_rates": "Do we know what the definition asks for?",
    "scores": "Does the score still mean what it meant?",
    "freshness": "Is the data of each system fresh?",
}
FOUND = {
    "label_agreement": "{value} of those whom {system} called {stage} in the last {days} days do"
    " not meet the definition",
    "source_reconciliation": "{value} of {table} are neither counted, set aside nor in quarantine",
    "quarantine": "{value} of the rows of {table} can't be used",
    "unmapped": "{value} of the leads of the last {days} days have a first channel that is not"
    " mapped",
    "fill_rates": "The {attribute} is known of {value} of the persons with a touch in the last"
    " {days} days",
    "scores": "The scores of the last {days} days differ from those of the first half year of the"
    " version by {value}",
    "freshness": "The last event of {system} is {value} old",
}


UNITS = {"freshness": "\u00a0days", "source_reconciliation": "\u00a0rows"}


@dataclass(frozen=True)
class Names:
    """What systems, stages and teams are called, and on which day each team agreed."""

    systems: Mapping[str, str]
    stages: Mapping[str, str]
    teams: Mapping[str, str]
    agreed_on: Mapping[str, date]


@dataclass(frozen=True)
class Finding:
    """What was found about one subject, beside what was agreed about it."""

    suite: str
    subject: str
    status: str
    sentence: str
    owner: str
    next_step: str
    value: float | None
    shown: str


def read_names(connection: duckdb.DuckDBPyConnection, version: int) -> Names:
    """As the seeds of the build call them."""

    def pairs(sql: str, *values: Any) -> dict[Any, Any]:
        return dict(connection.execute(sql, list(values)).fetchall())

    return Names(
        systems=pairs("select system, system_name from seeds.source_systems"),
        stages=pairs("select stage, stage_name from seeds.lifecycle_stages"),
        teams=pairs("select team, team_name from seeds.teams"),
        agreed_on=pairs(
            "select team, max(agreed_on) from seeds.lead_definition_agreements"
            " where definition_version = ? group by team",
            version,
        ),
    )


def read_findings(
    result: CheckpointResult, measured: Mapping[str, Measured], terms: Terms, names: Names
) -> list[Finding]:
    """One for each subject of each suite, the broken ones first."""
    broken = {(fault.suite, fault.subject): fault.severity for fault in faults(result)}
    divergence = dict(_divergences(result))
    found = [
        finding
        for suite, agreements in terms.suites().items()
        for finding in _of_suite(suite, agreements, measured[suite], broken, divergence, names)
    ]
    return sorted(found, key=lambda each: (ORDER.index(each.status), each.suite, each.subject))


def _of_suite(
    suite: str,
    agreements: Sequence[Agreement],
    measured: Measured,
    broken: Mapping[tuple[str, str], str],
    divergence: Mapping[str, float],
    names: Names,
) -> Iterator[Finding]:
    rows: dict[str, list[tuple[Any, str | None, int]]] = {}
    for subject, owner, value, count in _read(measured):
        rows.setdefault(subject, []).append((value, owner, count))
    rows.pop(REFERENCE, None)
    for subject, values in rows.items():
        limits = _limits(agreements, subject)
        owner = limits[0].owner_team or values[0][1] or ""
        if suite == "vocabulary":
            value, shown, text = None, "", _words(subject, [each for each, *_ in values])
            is_known = True
        else:
            value = divergence.get(suite) if suite == "scores" else values[0][0]
            is_known = value is not None
            shown = _shown(value, limits[0])
            text = _found(suite, subject, shown, limits[0], names)
        status = broken.get((suite, subject), AS_AGREED if is_known else NO_DATA)
        yield Finding(
            suite=suite,
            subject=subject,
            status=status,
            sentence=_sentence(text, subject, limits, status, sum(n for *_, n in values), names),
            owner=_owner(owner, names),
            next_step=limits[0].next_step,
            value=value,
            shown=shown,
        )


def _read(measured: Measured) -> list[tuple[str, str | None, Any, int]]:
    """Each value of each subject with its rows. A connection of its own caches no earlier file."""
    with duckdb.connect() as connection:
        connection.register("measures", pq.read_table(measured.path))
        return connection.execute(
            "select subject, owner_team, value, sum(row_count) from measures"
            " group by all order by all"
        ).fetchall()


def _limits(agreements: Sequence[Agreement], subject: str) -> list[Agreement]:
    """Those about the subject, else those about all; the one that warns first."""
    own = [each for each in agreements if each.subject == subject]
    chosen = own or [each for each in agreements if not each.subject]
    return sorted(chosen, key=lambda each: each.severity != "warning")


def _divergences(result: CheckpointResult) -> Iterator[tuple[str, float]]:
    for validation in result.run_results.values():
        for each in validation.results:
            value = each.result.get("observed_value")
            if isinstance(value, float) and each.expectation_config:
                yield each.expectation_config.meta["suite"], value


def _found(suite: str, subject: str, shown: str, agreement: Agreement, names: Names) -> str:
    if suite not in FOUND:
        return f"{agreement.meaning}: {subject} has {shown}"
    head, _, rest = subject.partition("," if suite == "label_agreement" else ".")
    system = names.systems.get(head, head)
    return FOUND[suite].format(
        value=shown,
        days=DAYS,
        system=system,
        stage=names.stages.get(rest.strip(), rest.strip()),
        table=f"{system}'s table {rest}",
        attribute=subject.replace("_", " "),
    )


def _words(subject: str, values: Sequence[Any]) -> str:
    return f"{subject.replace('.', ', column ')} has {len(values)} different words"


def _sentence(
    text: str,
    subject: str,
    limits: Sequence[Agreement],
    status: str,
    rows: int,
    names: Names,
) -> str:
    """43 % of those ... do not meet the definition; at most 25 % was agreed."""
    if status == NO_DATA:
        return f"{limits[0].meaning}: too few rows about {_plain(subject, names)} to say."
    among = f" (of {rows:,})" if "%" in text else ""
    return f"{text}{among}; {_limit(limits[0])} was agreed.{_stop(limits)}"


def _stop(limits: Sequence[Agreement]) -> str:
    """Where publishing stops, if there is a second limit for it."""
    if len(limits) < 2:
        return ""
    side = "below" if limits[1].expectation == "at_least" else "above"
    return f" Publishing stops {side} {_shown(limits[1].limit, limits[1])}."


def _plain(subject: str, names: Names) -> str:
    if "." in subject:
        system, _, table = subject.partition(".")
        return f"{names.systems.get(system, system)}'s table {table}"
    head, _, rest = subject.partition(",")
    stage = names.stages.get(rest.strip(), rest.strip())
    return f"{names.systems.get(head, head)} {stage}".strip()


def _limit(agreement: Agreement) -> str:
    if agreement.expectation == "one_of":
        table, _, column = agreement.limit_value.partition(".")
        return f"one of those in the list {table} ({column})"
    words = {"at_most": "at most", "at_least": "at least"}
    return f"{words.get(agreement.expectation, 'less than')} {_shown(agreement.limit, agreement)}"


def _shown(value: Any, agreement: Agreement) -> str:
    """A share in percent, anything else as a number."""
    if value is None:
        return ""
    is_share = agreement.expectation in ("at_most", "at_least") and 0 < agreement.limit < 1
    if is_share:
        return percent(value)
    return f"{value:,.3g}{UNITS.get(agreement.suite, '')}"


def percent(value: float) -> str:
    """0.369 is 36.9 %, on one line."""
    return f"{value * 100:,.1f}".removesuffix(".0") + "\u00a0%"


def _owner(team: str, names: Names) -> str:
    """The team by its name and the day on which it agreed; or by which all had, if it need not."""
    name, day = names.teams.get(team, team.replace("_", " ")), names.agreed_on.get(team)
    if day:
        return f"{name}; agreed on {day:%-d %B %Y}"
    last = max(names.agreed_on.values(), default=None)
    return f"{name}; the teams agreed by {last:%-d %B %Y}" if last else name
