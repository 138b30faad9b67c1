"""Finds the sentences of `funnel.remedies` for a fault, and fills them in."""

import csv
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funnel.remedies import KINDS, TROUBLES, TYPES

SEED_LINES = 5


@dataclass(frozen=True)
class Advice:
    """What is wrong, why that probably is, and what to do; empty where there is nothing to add."""

    sentence: str = ""
    cause: str = ""
    remedy: str = ""
    # Whether the sentence says all that the message says.
    replaces_message: bool = False


# The project's own sentences say what to do themselves.
OWN_SENTENCE = re.compile(
    r"^Compilation Error(?: in \w+ [\w.]+ \([^)]+\))?\s+(?P<sentence>The [\s\S]+)$"
)


def advice_for_kind(node: Any, nodes: Mapping[str, Any]) -> Advice:
    """The advice for a generic test that failed."""
    kind = KINDS.get(node.test_metadata.name)
    tested = nodes.get(node.attached_node or "")
    if kind is None or tested is None:
        remedy = f"Look at the test in {node.original_file_path}."
        return Advice(f"The test {node.name} does not hold.", remedy=remedy)
    arguments = node.test_metadata.kwargs
    to = _referenced(str(arguments.get("to", "")), nodes)
    words = {
        "table": f"{tested.schema}.{tested.name}",
        "column": node.column_name or "",
        "columns": " and ".join(arguments.get("columns", ())),
        "file": tested.original_file_path,
        "yml": node.original_file_path,
        "values": ", ".join(str(value) for value in arguments.get("values", ())),
        "to": f"{to.schema}.{to.name}" if to else "the other table",
        "to_column": str(arguments.get("field", "")),
        "to_file": to.original_file_path if to else "the other table",
    }
    in_seed = tested.resource_type == "seed"
    return Advice(
        kind.sentence.format(**words),
        (kind.cause_in_seed if in_seed else kind.cause_in_model).format(**words),
        (kind.remedy_in_seed if in_seed else kind.remedy_in_model).format(**words),
    )


def _referenced(to: str, nodes: Mapping[str, Any]) -> Any:
    """The seed or model of "ref('teams')"."""
    name = re.search(r"ref\(\s*['\"](\w+)['\"]", to)
    found = (node for node in nodes.values() if name and node.name == name[1])
    return next((node for node in found if node.resource_type in ("seed", "model")), None)


def lines_of_seed(node: Any, nodes: Mapping[str, Any], project: Path) -> str:
    """Where in the seed's file the values are that break its test, as "Line 3 and 4 of ..."."""
    seed = nodes.get(node.attached_node or "")
    if seed is None or seed.resource_type != "seed":
        return ""
    path = project / seed.original_file_path
    lines = [str(line) for line in _bad_lines(node, nodes, path, project)][:SEED_LINES]
    return f"See {seed.original_file_path}, line {' and '.join(lines)}." if lines else ""


def _bad_lines(node: Any, nodes: Mapping[str, Any], path: Path, project: Path) -> Iterator[int]:
    arguments, kind = node.test_metadata.kwargs, node.test_metadata.name
    columns = arguments.get("columns") or [node.column_name]
    rows = [(line, tuple(row.get(name, "") for name in columns)) for line, row in _cells(path)]
    keys = [key for _, key in rows]
    allowed = {str(value) for value in arguments.get("values", ())}
    if kind == "relationships":
        to = _referenced(str(arguments.get("to", "")), nodes)
        if to is None or to.resource_type != "seed":
            return
        others = _cells(project / to.original_file_path)
        allowed = {row.get(str(arguments["field"]), "") for _, row in others}
    for line, key in rows:
        if kind in ("unique", "unique_grain"):
            is_bad = keys.count(key) > 1
        elif kind == "not_null":
            is_bad = key == ("",)
        else:
            is_bad = key != ("",) and key[0] not in allowed
        if is_bad:
            yield line


def _cells(path: Path) -> list[tuple[int, dict[str, str]]]:
    with path.open(newline="") as text:
        reader = csv.DictReader(text, restval="")
        return [(reader.line_num, row) for row in reader]


def advice_for_message(message: str, database: Path, project: Path, node: Any = None) -> Advice:
    """The advice for a message of dbt or DuckDB; empty for one that nobody has met yet."""
    if own := OWN_SENTENCE.match(message):
        return Advice(own["sentence"], replaces_message=True)
    file = node.original_file_path if node else ""
    for trouble in TROUBLES:
        if found := re.search(trouble.message, message):
            words = {name: value or "" for name, value in found.groupdict().items()}
            words |= {"file": file, "at": _place(message, node), "database": str(database)}
            words["similar"] = _similar(words.get("unknown", ""), project)
            if "yml" in words:
                words["yml"] = _whole_path(words["yml"], project)
            if "type" in words:
                words["type"] = TYPES.get(words["type"], f"a {words['type'].lower()}")
            return Advice(
                trouble.sentence.format(**words),
                trouble.cause.format(**words),
                trouble.remedy.format(**words),
                trouble.replaces_message,
            )
    return Advice()


def _place(message: str, node: Any) -> str:
    """The file and, where the line that DuckDB shows stands there only once, its number."""
    if node is None:
        return "The SQL"
    shown = re.search(r"LINE \d+: (?:\.\.\.)?(.+?)(?:\.\.\.)?$", message, re.MULTILINE)
    lines = (getattr(node, "raw_code", "") or "").splitlines()
    # The part before a name in quotes, which dbt writes in place of ref().
    text = shown[1].split('"')[0].strip() if shown else ""
    numbers = [number for number, line in enumerate(lines, 1) if text and text in line]
    line = f", line {numbers[0]}" if len(numbers) == 1 else ""
    return f"{node.original_file_path}{line}"


def _similar(name: str, project: Path) -> str:
    folders = ("models", "seeds", "macros")
    files = (path for folder in folders for path in (project / folder).rglob("*.*"))
    names = {path.stem for path in files if path.suffix in (".sql", ".csv")}
    close = difflib.get_close_matches(name, names, 2, 0.75) if name else []
    return f" (similar: {', '.join(close)})" if close else ""


def _whole_path(name: str, project: Path) -> str:
    folders = ("models", "seeds", "macros", "tests", "analyses")
    found = (path for folder in folders for path in (project / folder).rglob(Path(name).name))
    return next((str(path.relative_to(project)) for path in found), name)
