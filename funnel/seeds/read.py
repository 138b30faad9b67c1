"""Reads the CSV files of seeds into a database in memory, each cell as the text that it is."""

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from funnel.seeds.describe import Seed

LINE = "line_number"
QUOTES = 'A cell with a comma in it stands in "quotes".'
Sentences = Iterator[tuple[str, str]]
"""What is wrong, and what to do."""


def load_seeds(
    connection: duckdb.DuckDBPyConnection, files: Iterable[Path], seeds: Mapping[str, Seed]
) -> Sentences:
    """Makes a table of each file that can be read; yields what is wrong with the others."""
    for path in files:
        rows: list[tuple[int, list[str]]] = []
        expected = seeds[path.stem].columns if path.stem in seeds else frozenset[str]()
        faults = list(_faults_of_file(path, expected, rows))
        yield from faults
        if not faults and path.stem in seeds:
            _load(connection, path.stem, rows)


def _faults_of_file(
    path: Path, expected: frozenset[str], rows: list[tuple[int, list[str]]]
) -> Sentences:
    """A header with the columns that the project reads, and rows of as many cells."""
    file = f"seeds/{path.name}"
    with path.open(newline="", encoding="utf-8-sig") as text:
        reader = csv.reader(text, strict=True)
        try:
            header = next(reader, [])
            if missing := sorted(expected - set(header)):
                yield (
                    f"{file}, line 1: the header has no column {', '.join(missing)}.",
                    f"Correct the header{like(missing[0], header)}. A column that you do not use"
                    " stays, with empty cells.",
                )
            rows.append((1, header))
            for row in reader:
                if row and len(row) != len(header):
                    yield (
                        f"{file}, line {reader.line_num}: {len(row)} cells, but the header has"
                        f" {len(header)}: {','.join(row)}",
                        "Take out the comma that is too many, or add the one that is missing. "
                        + QUOTES,
                    )
                elif row:
                    rows.append((reader.line_num, row))
        except (csv.Error, UnicodeDecodeError) as error:
            yield (
                f"{file} is not readable as CSV from line {reader.line_num} on: {error}.",
                f"Save it as UTF-8 with commas; each quote that opens must close. {QUOTES}",
            )


def _load(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[tuple[int, list[str]]]
) -> None:
    (_, header), *others = rows
    columns = [[line for line, _ in others]]
    columns += [[row[at] or None for _, row in others] for at in range(len(header))]  # type: ignore[misc]
    selected = [f"unnest($1::bigint[]) as {LINE}"]
    selected += [f'unnest(${at}::varchar[]) as "{name}"' for at, name in enumerate(header, 2)]
    connection.execute(f'create table "{name}" as select {", ".join(selected)}', columns)


def like(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), 1, 0.6)
    return f" (did you mean {close[0]}?)" if close else ""
