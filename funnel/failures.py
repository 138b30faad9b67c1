"""What a person reads when a build does not pass.

For each fault: the law in a sentence, the first rows that break it, the likely cause, what to do,
and how many steps were skipped because of it. A law of the project says these things in the yml
beside its test (description, meta: likely_cause and what_to_do); for dbt's kinds of tests, for
failed models and for trouble with the database, `funnel.remedies` does.

`funnel.faults_shown` prints the faults."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml

from funnel.advice import Advice, advice_for_kind, advice_for_message, lines_of_seed
from funnel.alerts.words import masked
from funnel.open_warehouse import open_warehouse
from funnel.places import ROOT

FAULTY = ("error", "fail", "warn", "runtime error")
FIRST_ROWS = 5
# What one row of a failed test of these kinds is.
NOUNS = {"unique": "value", "accepted_values": "value", "unique_grain": "key"}
# What a column of texts may hold of a person, unless it is a name of ours.
PERSONAL = re.compile(
    r"address|mail|phone|domain|url|title|subject|local_part|^value$|^old_value$|^name$|row_json|source_row$"
    r"|(first|last|full|given|family|person|contact|company|account|customer|owner|user|record|opportunity"
    r"|display|website)_?name"
)
HIDDEN = "(hidden)"
TRACE = re.compile(r"^\s*(> (in|called by) |compiled code at )")
HEADINGS = {"n_records": "rows", "row_count": "rows"}


@dataclass(frozen=True)
class Rows:
    """The first rows that break a law, as text, and how many there are in all."""

    headings: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    total: int = 0
    noun: str = "row"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in words."""

    sentence: str
    name: str
    explanation: str = ""
    message: str = ""
    rows: Rows = field(default_factory=Rows)
    advice: Advice = field(default_factory=Advice)
    skipped: int = 0
    is_warning: bool = False


def faults_of(results: Sequence[Any], database: Path, project: Path = ROOT) -> list[Fault]:
    """The faults of a run of dbt, root causes first and warnings last."""
    nodes = {each.node.unique_id: each.node for each in results}
    parents = {id: set(node.depends_on_nodes) & set(nodes) for id, node in nodes.items()}
    ancestors = _ancestors(parents)
    skipped = {each.node.unique_id for each in results if each.status == "skipped"}
    faulty = [each for each in results if each.status in FAULTY]
    found = []
    for each in sorted(faulty, key=lambda one: _rank(one, ancestors)):
        fault = _fault(each, nodes, database, project)
        found.append(replace(fault, skipped=_skipped(each.node, ancestors, skipped)))
    return found


def fault_of_exception(error: BaseException | str, database: Path, project: Path = ROOT) -> Fault:
    """Why dbt could not run at all."""
    message = _cleaned(str(error) or type(error).__name__)
    advice = advice_for_message(message, database, project)
    sentence = advice.sentence or "dbt stopped with an error."
    return Fault(sentence, sentence, message=message, advice=advice)


def _ancestors(parents: Mapping[str, set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}

    def climb(id: str) -> set[str]:
        if id not in found:
            found[id] = set(parents[id]).union(*(climb(parent) for parent in parents[id]))
        return found[id]

    for id in parents:
        climb(id)
    return found


def _rank(result: Any, ancestors: Mapping[str, set[str]]) -> tuple[bool, int, str]:
    """Whatever a step descends from has fewer ancestors than the step itself."""
    id = result.node.unique_id
    return (result.status == "warn", len(ancestors[id]), id)


def _skipped(node: Any, ancestors: Mapping[str, set[str]], skipped: Iterable[str]) -> int:
    """dbt skips what descends from a faulty step, or from a model whose test failed."""
    sources = {node.unique_id} if node.resource_type != "test" else set(node.depends_on_nodes)
    return sum(1 for id in skipped if sources & ancestors[id])


def _fault(result: Any, nodes: Mapping[str, Any], database: Path, project: Path) -> Fault:
    node, message = result.node, _cleaned(result.message or "")
    if node.resource_type == "unit_test":
        return _unit_test_fault(node, message)
    if node.resource_type != "test" or result.status in ("error", "runtime error"):
        return _step_fault(node, message, database, project)
    return replace(
        _law_fault(node, nodes, database, project),
        rows=_rows(node, nodes, database, result.failures or 0),
        is_warning=result.status == "warn",
    )


def _step_fault(node: Any, message: str, database: Path, project: Path) -> Fault:
    """A seed, model or hook that could not be made, or a test that could not be asked."""
    advice = advice_for_message(message, database, project, node)
    kind = {"operation": "hook"}.get(node.resource_type, str(node.resource_type))
    what = "run" if kind in ("hook", "test") else "loaded" if kind == "seed" else "built"
    file = node.original_file_path
    return Fault(
        advice.sentence or f"The {kind} {node.name} could not be {what} ({file}).",
        node.name,
        message=message,
        advice=advice,
    )


def _law_fault(node: Any, nodes: Mapping[str, Any], database: Path, project: Path) -> Fault:
    kind = getattr(node, "test_metadata", None)
    description, meta = node.description, node.config.meta
    if kind is None and not meta:
        description, meta = _written(node.name, project)
    own = Advice(cause=meta.get("likely_cause", ""), remedy=meta.get("what_to_do", ""))
    if kind is None:
        return Fault(f"{_sentence(node.name)}.", node.name, description.strip(), advice=own)
    advice = advice_for_kind(node, nodes)
    if own.remedy:
        advice = replace(own, sentence=advice.sentence)
    lines = lines_of_seed(node, nodes, project)
    explanation = " ".join(filter(None, [_named_law(node), node.description.strip(), lines]))
    return Fault(advice.sentence, node.name, explanation, advice=advice)


def _written(name: str, project: Path) -> tuple[str, Mapping[str, str]]:
    """What a yml beside the test says: dbt forgets it when only the SQL of the test changed."""
    for path in (project / "tests").rglob("*.yml"):
        for test in (yaml.safe_load(path.read_text()) or {}).get("data_tests") or ():
            if test["name"] == name:
                return test.get("description", ""), test.get("config", {}).get("meta", {})
    return "", {}


def _unit_test_fault(node: Any, message: str) -> Fault:
    file = node.original_file_path
    # A unit test that dbt cannot compile does not carry the name of its model.
    model = getattr(node, "model", node.unique_id.split(".")[-2])
    return Fault(
        f"The model {model} does not give the rows that its unit test expects: "
        f"{_sentence(node.name).lower()}.",
        node.name,
        (node.description or "").strip(),
        message=re.sub(r"^Unit Test Error.*\n|^actual differs from expected:\s*", "", message),
        advice=Advice(
            cause=f"A change to {model}, or to a macro or seed that it reads.",
            remedy=f"If it was meant, correct the expected rows in {file}; if not, undo it.",
        ),
    )


def _named_law(node: Any) -> str:
    """The name of a test, where somebody wrote one: dbt's own begin with the kind."""
    kind = node.test_metadata.name
    return "" if kind in node.name else f"{_sentence(node.name)}."


def _sentence(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _cleaned(message: str) -> str:
    """The message without dbt's trace, and without what may be a person's."""
    first, *lines = message.splitlines() or [""]
    kept = [line.removeprefix("  ") for line in lines if not TRACE.match(line)]
    return masked("\n".join([first, *kept]).strip()) or ""


def _rows(node: Any, nodes: Mapping[str, Any], database: Path, total: int) -> Rows:
    headings, rows = _query(database, _query_of_rows(node, nodes))
    keep = _columns_to_show(node, headings, rows)
    return Rows(
        tuple(HEADINGS.get(headings[at], headings[at]) for at in keep),
        tuple(tuple(_cell(headings[at], row[at]) for at in keep) for row in rows),
        total,
        NOUNS.get(_kind(node), "row"),
    )


def _query_of_rows(node: Any, nodes: Mapping[str, Any]) -> str:
    """dbt's own kinds return the bare value: show the row, or count the rows per value."""
    sql, column = node.compiled_code or "", node.column_name if _kind(node) else ""
    tested = nodes.get(getattr(node, "attached_node", None) or "")
    condition = getattr(node.config, "where", None) or "true"
    if _kind(node) == "not_null" and tested:
        return f"select * from {tested.relation_name} where {column} is null and ({condition})"
    if _kind(node) == "relationships":
        return (
            f"select from_field as {column}, count(*) as n_records from ({sql}) group by all"
            " order by n_records desc, 1"
        )
    if _kind(node) in ("unique", "accepted_values"):
        field = "unique_field" if _kind(node) == "unique" else "value_field"
        return f"select {field} as {column}, n_records from ({sql}) order by n_records desc, 1"
    return sql


def _kind(node: Any) -> str:
    metadata = getattr(node, "test_metadata", None)
    return metadata.name if metadata else ""


def _query(database: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and first rows; none where the query can't be asked here."""
    try:
        with open_warehouse(database) as connection:
            found = connection.execute(f"select * from ({sql}) limit {FIRST_ROWS}")
            return [column[0] for column in found.description or ()], found.fetchall()
    except duckdb.Error:
        return [], []


def _columns_to_show(node: Any, headings: Sequence[str], rows: Sequence[Any]) -> list[int]:
    """The first columns; of rows with a bad rate or count, the first three and the bad ones."""
    if _kind(node) != "suffixes_hold":
        return list(range(len(headings)))
    bad = [at for at, name in enumerate(headings) if any(_is_bad(name, row[at]) for row in rows)]
    return sorted({*range(min(3, len(headings))), *bad})


def _is_bad(name: str, value: Any) -> bool:
    if value is None:
        return False
    return not 0 <= value <= 1 if name.endswith("_rate") else name.endswith("_count") and value < 0


def _cell(heading: str, value: Any) -> str:
    if value is None:
        return "(empty)"
    if isinstance(value, str):
        if PERSONAL.search(heading):
            return HIDDEN
        value = masked(value)
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
