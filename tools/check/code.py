"""What must stand in the SQL, and what must not."""

import re
from collections.abc import Iterator

from tools.check.breach import Breach
from tools.check.project import Project

USABLE = re.compile(r"\breason_code\s+is\s+null\b", re.IGNORECASE)
CLOCK = re.compile(
    r"\b(current_(?:local)?time(?:stamp)?|current_date|local_?time(?:stamp)?|sysdate|systimestamp"
    r"|run_started_at|get_current_timestamp|transaction_timestamp"
    r"|(?:now|today|getdate|clock_timestamp|datetime\.(?:utc)?now)(?=\s*\())",
    re.IGNORECASE,
)
UNIONED = "intermediate/sources"
CLOCK_MACRO = "cutoff"


def unusable_rows_are_left_out(project: Project) -> Iterator[Breach]:
    """Who reads a unioned model filters `reason_code is null` where it does."""
    for model in project.models():
        for read in project.read_models(model):
            if read.is_in(UNIONED) and read.name.endswith("_unioned"):
                imports = list(_imports(model.code, read.name))
                if not imports or not all(USABLE.search(text) for text in imports):
                    what = f"reads {read.name} with the rows that can't be used"
                    remedy = "add `where reason_code is null` to that import"
                    yield Breach(model.name, model.path, what, remedy)


def only_the_cutoff_reads_the_clock(project: Project) -> Iterator[Breach]:
    """No SQL asks what time it is; the macro cutoff() says up to when a build looks."""
    pieces = [(node.name, node.path, node.code) for node in project.nodes.values()]
    pieces += [
        (macro.name, macro.path, macro.code)
        for macro in project.macros.values()
        if macro.name != CLOCK_MACRO
    ]
    for name, path, code in sorted(pieces):
        for word in sorted({found.lower() for found in CLOCK.findall(code)}):
            yield Breach(name, path, f"reads the clock ({word})", "use the macro cutoff()")


def _imports(code: str, name: str) -> Iterator[str]:
    """Each place that reads the model: from its ref to the end of the bracket around it."""
    for found in re.finditer(rf"ref\(\s*['\"]{name}['\"]\s*\)", code):
        rest = code[found.end() :]
        yield rest[: _end_of_bracket(rest)]


def _end_of_bracket(text: str) -> int:
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return place
    return len(text)
