"""Measures a build: one small table per suite, written where Great Expectations reads it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from funnel.expectations.agreements import Agreement, AgreementError, Terms, quoted

REFERENCE = "reference"
MEASURES = Path(__file__).parent / "measures"


@dataclass(frozen=True)
class Measured:
    """The table of a suite, its subjects, and what they are compared with."""

    path: Path
    # Whether there is enough data about the subject.
    subjects: Mapping[str, bool]
    # The distribution of the values of the subject `reference`, if there is one.
    reference: Mapping[str, float]


def measure(
    connection: duckdb.DuckDBPyConnection, terms: Terms, folder: Path
) -> dict[str, Measured]:
    """Writes one Parquet file per suite."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for suite, agreements in terms.suites().items():
        query = _words_used(agreements) if suite == "vocabulary" else _query(suite)
        parameters = {key: value for key, value in terms.parameters.items() if f"${key}" in query}
        table = connection.execute(query, parameters).to_arrow_table()
        pq.write_table(table, folder / f"{suite}.parquet")
        found[suite] = _measured(table, folder / f"{suite}.parquet")
    return found


def _measured(table: pa.Table, path: Path) -> Measured:
    subjects: dict[str, bool] = {}
    spread: Counter[str] = Counter()
    columns = (table[name].to_pylist() for name in ("subject", "value"))
    for subject, value in zip(*columns, strict=True):
        subjects[subject] = subjects.get(subject, False) or value is not None
        spread[value] += subject == REFERENCE
    shares = {value: count / spread.total() for value, count in spread.items() if count}
    return Measured(path, {each: subjects[each] for each in subjects if each != REFERENCE}, shares)


def _query(suite: str) -> str:
    path = MEASURES / f"{suite}.sql"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in MEASURES.glob("*.sql")))
        raise AgreementError(
            f"seeds/data_agreements.csv: there is no suite {suite}; there are vocabulary, {known}."
        )
    return path.read_text()


def _words_used(agreements: list[Agreement]) -> str:
    """Each value of a column that has a vocabulary."""
    parts = []
    for name in dict.fromkeys(each.subject for each in agreements):
        table, column = quoted(name)
        parts.append(
            f"select '{name}' as subject, cast(null as text) as owner_team,"
            f" cast({column} as text) as value, count(*) as row_count"
            f" from marts.{table} where {column} is not null group by value"
        )
    return " union all ".join(parts) + " order by subject, value"
