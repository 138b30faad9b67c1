"""Where the columns begin of which only the definition may ask: labels, evidence, attributes."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from funnel.check.asked import KINDS, Asked
from funnel.check.marks import Cell, Marks, Table, marked, merged
from funnel.check.project import Seed

# What a source calls the stage of somebody, or how near it thinks somebody is.
LABELS = {
    "int_stage_claims_rows_checked": {"label", "from_label", "stage"},
    "int_people_rows_checked": {"stage_label", "lead_score"},
    "stage_labels": {"label", "stage"},
}
# What happened, and the stage of which it is evidence.
EVIDENCE = {
    "int_touches_rows_checked": {"kind"},
    "int_service_events_rows_checked": {"kind"},
    "evidence_kinds": {"kind", "stage", "signal"},
}
# What the definition's own seeds ask for.
WANTED = {
    "lead_definition_rules": {"value"},
    "lead_definition_scores": {"points"},
}
# All that the definition asks of a person stands here, besides keys and times.
ATTRIBUTES = "int_person_attributes_dated"
NOT_ASKED = ("_key", "_id", "_at", "valid_from", "valid_to")


def with_origins(table: Table, attributes: Set[str]) -> Table:
    """A table before the definition, its columns marked as what they are: origins, or nothing."""
    columns = {each: Cell(_origin(table.name, each, attributes)) for each in table.columns}
    return Table(table.name, columns, table.reads)


def silent(
    tables: Mapping[str, Table], seeds: Mapping[str, Seed], asked: Asked
) -> dict[str, Table]:
    """The kinds of evidence without a mark at the stage, where none of them means a decided one."""
    stages = {row.get("stage") for row in seeds[KINDS].rows} if KINDS in seeds else set()
    if KINDS not in tables or stages & asked.stages:
        return {}
    return {KINDS: replace(tables[KINDS], columns={**tables[KINDS].columns, "stage": Cell()})}


def holding_itself(table: Table) -> Table:
    """A table of which each column is marked as itself, so that a query shows what it hands on."""
    columns = {each: Cell(marked("held", f"{table.name}.{each}")) for each in table.columns}
    return Table(table.name, columns, table.reads)


def held(table: Table) -> Iterator[tuple[str, frozenset[str]]]:
    """For each column the columns of other tables whose value, or whose word, it hands on."""
    for column, cell in table.columns.items():
        origins = frozenset(
            mark.origin
            for mark in cell.marks.values()
            if not mark.is_outcome or mark.origin.endswith(f".{column}")
        )
        yield f"{table.name}.{column}", origins


def attribute_columns(
    tables: Mapping[str, Table], handed_on: Mapping[str, frozenset[str]]
) -> set[str]:
    """The columns that the definition asks about, and all that share a value with them."""
    asked = tables[ATTRIBUTES].columns if ATTRIBUTES in tables else ()
    neighbours: dict[str, set[str]] = {}
    for column, origins in handed_on.items():
        for origin in origins:
            neighbours.setdefault(column, set()).add(origin)
            neighbours.setdefault(origin, set()).add(column)
    waiting = [f"{ATTRIBUTES}.{each}" for each in asked if not each.endswith(NOT_ASKED)]
    found: set[str] = set()
    while waiting:
        column = waiting.pop()
        if column not in found:
            found.add(column)
            waiting.extend(neighbours.get(column, ()))
    return found


def missing(tables: Mapping[str, Table]) -> Iterator[str]:
    """Origins that are not where they should be: without them nothing would be found."""
    named: Iterable[tuple[str, set[str]]] = (*LABELS.items(), *EVIDENCE.items())
    for name, columns in (*named, (ATTRIBUTES, {"valid_from"})):
        for column in sorted(columns - set(tables[name].columns if name in tables else ())):
            yield f"{name}.{column}"


def _origin(table: str, column: str, attributes: Set[str]) -> Marks:
    like = _union_of(table)
    is_attribute = f"{table}.{column}" in attributes or column in WANTED.get(table, ())
    sorts = [
        *(["label"] if column in LABELS.get(like, ()) else []),
        *(["evidence"] if column in EVIDENCE.get(like, ()) else []),
        *(["attribute"] if is_attribute else []),
    ]
    return merged(marked(sort, f"{table}.{column}") for sort in sorts)


def _union_of(table: str) -> str:
    """A system's table, and the rows before the unusable are left out, count as the union."""
    entity = table.partition("__")[2]
    return f"int_{entity}_rows_checked" if entity else table
