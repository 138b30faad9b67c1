"""Validates a build, and writes its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from tools.expectations.agreements import read_terms
from tools.expectations.measure import measure
from tools.expectations.pages import write_pages
from tools.expectations.validate import Fault, check, faults, untold


@dataclass(frozen=True)
class Verdict:
    """What a build was found to be, and where to read it."""

    faults: Sequence[Fault]
    untold: Sequence[str]
    expectations: int
    pages: Path

    @property
    def errors(self) -> int:
        return sum(fault.severity == "error" for fault in self.faults)

    def sentences(self) -> list[str]:
        told = [f"{fault.severity}: {fault.sentence}" for fault in self.faults]
        if self.untold:
            told.append(f"too little to tell: {'; '.join(self.untold)}.")
        warnings = len(self.faults) - self.errors
        counts = f"{self.errors} errors, {warnings} warnings"
        return [*told, f"{self.expectations} expectations: {counts}. Read {self.pages}."]


def validate(connection: duckdb.DuckDBPyConnection, cutoff: datetime, folder: Path) -> Verdict:
    """Holds the build that the connection reads against what was agreed."""
    terms = read_terms(connection, cutoff)
    measured = measure(connection, terms, folder / "measures")
    result = check(terms, measured)
    pages = write_pages(result, measured, folder)
    count = sum(len(each.results) for each in result.run_results.values())
    return Verdict(faults(result), untold(terms, measured), count, pages)
