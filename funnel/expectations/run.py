"""Validates a build, and writes its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from funnel.expectations.agreements import read_terms
from funnel.expectations.measure import measure
from funnel.expectations.pages import write_pages
from funnel.expectations.sentences import read_findings, read_names
from funnel.expectations.trend import add_to_trend
from funnel.expectations.validate import Fault, check, faults, subjects_without_data


@dataclass(frozen=True)
class Verdict:
    """The result of a validation, and where to read it."""

    faults: Sequence[Fault]
    without_data: Sequence[str]
    expectations: int
    pages: Path

    @property
    def errors(self) -> int:
        return sum(fault.severity == "error" for fault in self.faults)

    def sentences(self) -> list[str]:
        lines = [f"{fault.severity}: {fault.sentence}" for fault in self.faults]
        if self.without_data:
            lines.append(f"not enough data: {'; '.join(self.without_data)}.")
        warnings = len(self.faults) - self.errors
        counts = f"{self.errors} errors, {warnings} warnings"
        return [*lines, f"{self.expectations} expectations: {counts}. Read {self.pages}."]


def validate(connection: duckdb.DuckDBPyConnection, cutoff: datetime, folder: Path) -> Verdict:
    """Validates the build that the connection reads."""
    terms = read_terms(connection, cutoff)
    measured = measure(connection, terms, folder / "measures")
    result = check(terms, measured)
    names = read_names(connection, terms.version)
    findings = read_findings(result, measured, terms, names)
    trend = add_to_trend(findings, cutoff, folder)
    pages = write_pages(findings, terms, names, trend, folder)
    count = sum(len(each.results) for each in result.run_results.values())
    return Verdict(faults(result), subjects_without_data(terms, measured), count, pages)
