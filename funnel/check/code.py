"""What must stand in the SQL, and what must not."""

import re
from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Project

CLOCK = re.compile(
    r"\b(current_(?:local)?time(?:stamp)?|current_date|local_?time(?:stamp)?|sysdate|systimestamp"
    r"|run_started_at|get_current_timestamp|transaction_timestamp"
    r"|(?:now|today|getdate|clock_timestamp|datetime\.(?:utc)?now)(?=\s*\())",
    re.IGNORECASE,
)
CLOCK_MACRO = "cutoff"


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
