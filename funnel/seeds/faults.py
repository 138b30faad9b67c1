"""What is wrong in a cell of a seed: file, line, column, value, and what is allowed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from funnel.remedies import TYPES
from funnel.seeds.describe import Check, Seed, describe_seeds
from funnel.seeds.read import LINE, Sentences, like, load_seeds

LISTED_VALUES = 20
"""As many allowed values stand in a sentence; of more, the place where they are listed does."""
WHOLE_NUMBERS = ("bigint", "integer")
WRITTEN = "written:"


def seed_faults(project: Path, package: Path | None = None) -> Sentences:
    """Each fault and its remedy. Seeds that only the package has are not checked."""
    seeds = describe_seeds(project / "seeds")
    if package:
        seeds = describe_seeds(package / "seeds") | seeds
    with duckdb.connect() as connection:
        yield from load_seeds(connection, sorted((project / "seeds").glob("*.csv")), seeds)
        if package:
            own = {path.name for path in (project / "seeds").glob("*.csv")}
            others = [each for each in (package / "seeds").glob("*.csv") if each.name not in own]
            # Only to know what their cells allow: they are the package's own.
            list(load_seeds(connection, others, seeds))
        loaded = {name for (name,) in connection.execute("show tables").fetchall()}
        for path in sorted((project / "seeds").glob("*.csv")):
            if path.stem in loaded:
                yield from SeedChecks(connection, seeds[path.stem], seeds, loaded).faults()


class SeedChecks:
    """Asks of one seed what its types and tests ask."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        seed: Seed,
        seeds: Mapping[str, Seed],
        loaded: set[str],
    ) -> None:
        self.connection, self.seed, self.seeds, self.loaded = connection, seed, seeds, loaded
        self.file = f"seeds/{seed.name}.csv"

    def faults(self) -> Sentences:
        """Those of types first: what cannot be read is asked nothing else."""
        bad_types = list(self._bad_types())
        yield from bad_types
        kinds: dict[str, Callable[[Check], Sentences]] = {
            "not_null": self._empty,
            "accepted_values": self._not_accepted,
            "relationships": self._not_listed,
            "unique": self._twice,
            "unique_grain": self._twice,
            "is_between": self._out_of_bounds,
            "each_row_holds": self._broken_rows,
        }
        for check in self.seed.checks:
            # A condition with Jinja in it is left to dbt, and what stops nothing, too.
            if check.kind in kinds and "{" not in check.where and not check.is_warning:
                yield from kinds[check.kind](check)

    def _bad_types(self) -> Sentences:
        for column, type_name in self.seed.types.items():
            bad = f'try_cast("{column}" as {type_name}) is null'
            if type_name in WHOLE_NUMBERS:
                bad += rf""" or not regexp_full_match("{column}", '[+-]?\d+')"""
            for line, value in self._rows(f'"{column}" is not null and ({bad})', [column], False):
                yield self._sentence(line, column, f"{_shown(value)} is not {_words(type_name)}.")

    def _empty(self, check: Check) -> Sentences:
        where = f'"{check.column}" is null and ({check.where})'
        for (line,) in self._rows(where, [], False):
            yield self._sentence(
                line, check.column, "the cell is empty, and must have a value.", "Fill the cell."
            )

    def _not_accepted(self, check: Check) -> Sentences:
        allowed = [str(value) for value in check.arguments["values"]]
        for line, value in self._texts_besides(check, allowed):
            yield self._sentence(
                line,
                check.column,
                f"{_shown(value)} is not one of {', '.join(allowed)}{like(value, allowed)}.",
                "Write one of these values.",
            )

    def _not_listed(self, check: Check) -> Sentences:
        other, other_column = check.other_seed, check.arguments["field"]
        if other not in self.loaded:
            return
        found = self.connection.execute(
            f'select distinct "{other_column}" from "{other}" where "{other_column}" is not null'
            " order by all"
        )
        allowed = [str(value) for (value,) in found.fetchall()]
        listed = f": {', '.join(allowed)}" if 0 < len(allowed) <= LISTED_VALUES else ""
        for line, value in self._texts_besides(check, allowed):
            yield self._sentence(
                line,
                check.column,
                f"{_shown(value)} is not in the column {other_column} of seeds/{other}.csv"
                f"{like(value, allowed)}{listed}.",
                f"Correct the cell, or add the value to seeds/{other}.csv.",
            )

    def _texts_besides(self, check: Check, allowed: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Cells with a text that is not allowed; 1 and 01 are the same number."""
        type_name = self.seed.types.get(check.column, "varchar")
        values = ", ".join(f"try_cast({_text(value)} as {type_name})" for value in allowed)
        bad = f'"{check.column}" not in ({values or "null"})' if allowed else "true"
        where = f'"{check.column}" is not null and ({check.where}) and ({bad})'
        for line, value in self._rows(where, [check.column]):
            yield line, str(value)

    def _twice(self, check: Check) -> Sentences:
        columns = check.columns
        keys = ", ".join(f'"{column}"' for column in columns)
        written = ", ".join(f'"{WRITTEN}{column}"' for column in columns)
        first = f"first_value({LINE}) over (partition by {keys} order by {LINE})"
        some = f'"{check.column}" is not null and ' if check.kind == "unique" else ""
        relation = f"(select *, {first} as first_line from {self._typed()} where ({check.where}))"
        sql = (
            f"select {LINE}, first_line, {written} from {relation} where {some}{LINE} > first_line"
        )
        for line, first_line, *values in self.connection.execute(f"{sql} order by 1").fetchall():
            shown = ", ".join("(empty)" if value is None else str(value) for value in values)
            yield self._sentence(
                line,
                ", ".join(columns),
                f"{_shown(shown)} stands in line {first_line} already.",
                "Keep one of the rows; change or delete the others.",
            )

    def _out_of_bounds(self, check: Check) -> Sentences:
        least, most = (check.arguments.get(name) for name in ("at_least", "at_most"))
        bad = [f'"{check.column}" < {least}'] if least is not None else []
        bad += [f'"{check.column}" > {most}'] if most is not None else []
        allowed = f"between {least} and {most}" if most is not None else f"{least} or more"
        for line, value in self._rows(f"({check.where}) and ({' or '.join(bad)})", [check.column]):
            yield self._sentence(
                line, check.column, f"{_shown(value)} is not allowed: it must be {allowed}."
            )

    def _broken_rows(self, check: Check) -> Sentences:
        expression, fault = (check.arguments[name] for name in ("expression", "fault"))
        where = f"({check.where}) and not ({expression})"
        for line, *values in self._rows(where, list(check.columns)):
            cells = zip(check.columns, values, strict=True)
            shown = ", ".join(f"{name} is {_bare(value)}" for name, value in cells)
            remedy = check.remedy or f"Correct {', '.join(check.columns)}."
            yield f"{self.file}, line {line}: {shown}: {fault}.", remedy

    def _rows(self, where: str, columns: list[str], typed: bool = True) -> list[tuple[int, ...]]:
        relation = self._typed() if typed else f'"{self.seed.name}"'
        prefix = WRITTEN if typed else ""
        selected = ", ".join([LINE, *(f'"{prefix}{column}"' for column in columns)])
        sql = f"select {selected} from {relation} where {where} order by {LINE}"
        return self.connection.execute(sql).fetchall()

    def _typed(self) -> str:
        """The seed with the types of its yml, and each cell as it was written beside it; a cell
        that is none of its type is null."""
        cells = ", ".join(
            f'try_cast("{column}" as {self.seed.types.get(column, "varchar")}) as "{column}",'
            f' "{column}" as "{WRITTEN}{column}"'
            for column in sorted(self.seed.columns)
        )
        return f'(select {LINE}, {cells} from "{self.seed.name}")'

    def _sentence(
        self, line: int, column: str, fault: str, remedy: str = "Correct the cell."
    ) -> tuple[str, str]:
        word = "columns" if ", " in column else "column"
        return f"{self.file}, line {line}, {word} {column}: {fault}", remedy


def _words(type_name: str) -> str:
    return TYPES.get(type_name.split("(")[0].upper(), f"a {type_name}")


def _shown(value: object) -> str:
    return f"“{_bare(value)}”"


def _bare(value: object) -> str:
    return "empty" if value is None else str(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
