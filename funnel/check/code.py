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
# Functions that cut a moment into periods, or name its weekday.
CUT = re.compile(
    r"\b((?:date_trunc|time_bucket|dayofweek|weekday|isodow|weekofyear|week|quarter|year)(?=\s*\()"
    r"|(?:extract|date_part)\s*\(\s*'?(?:dow|isodow|week|isoweek|quarter)\b)",
    re.IGNORECASE,
)
CALENDAR = "macros/calendar/"
LOCAL_CUTOFF = re.compile(r"(?<!utc_time\()\bcutoff\(\)")


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


def only_the_calendar_cuts_time(project: Project) -> Iterator[Breach]:
    """No SQL outside of macros/calendar cuts time into days, weeks, months or quarters."""
    pieces = [(node.name, node.path, node.code) for node in project.nodes.values()]
    pieces += [(macro.name, macro.path, macro.code) for macro in project.macros.values()]
    for name, path, code in sorted(pieces):
        for word in sorted({found.lower() for found in CUT.findall(code)}):
            if not path.startswith(CALENDAR):
                yield Breach(
                    name,
                    path,
                    f"cuts time by itself ({word})",
                    "use the macro period_start(), which knows the business's week and fiscal year",
                )


def staging_compares_with_the_cutoff_in_utc(project: Project) -> Iterator[Breach]:
    """Times of staging are in UTC, the cutoff is in the business's time zone."""
    for model in project.models("staging"):
        if LOCAL_CUTOFF.search(model.code):
            yield Breach(
                model.name, model.path, "reads cutoff() as it is", "write utc_time(cutoff())"
            )
