"""Puts the sections into the page."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from funnel.report import charts, filters, ground, leadership, meeting, planner, words
from funnel.report.blocks import csv_link, without_empty_columns
from funnel.report.company import Company

TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = ("page.js", "filters.js", "planner.js")


def render(company: Company) -> str:
    """The whole page: styles, script, pictures and data are in it."""
    words.use_locale(company.locale)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_together,
    )
    environment.globals["words"] = words
    environment.globals["filters"] = filters
    environment.filters["trimmed"] = without_empty_columns
    return environment.get_template("page.html").render(
        company=company,
        planner=planner,
        switches=filters.switches(company),
        plan_download=csv_link(company["targets"]),
        sections=[
            leadership.section(company),
            *meeting.section(company),
            *ground.section(company),
        ],
        layers=(
            ("leadership", "Leadership"),
            ("meeting", "The meeting"),
            ("planner", "The planner"),
            ("ground", "The ground"),
        ),
        style=Markup(_style()),
        script=Markup("".join((TEMPLATES / name).read_text() for name in SCRIPTS)),
    )


# A day with its month, and a month with its year, in the forms of words.py.
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
DAY = re.compile(rf"\b(\d{{1,2}}) (?={MONTH}\b)|\b({MONTH}) (?=\d{{1,2}}\b|\d{{4}}\b)")


def _together(value: object) -> object:
    """A text in which no date is broken over two lines."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.startswith("data:"):
        return value
    return DAY.sub(lambda found: f"{found[1] or found[2]}\u00a0", value)


def _style() -> str:
    """The style sheet, with a variable for each colour of the charts."""
    roles = {"ink": charts.INK, "muted": charts.MUTED, "grid": charts.GRID, "soft": charts.SOFT}
    roles |= {f"team-{number}": colour for number, colour in enumerate(charts.TEAMS)}
    drawn = "".join(
        f'figure svg [{part}="{colour}" i]{{{part}:var(--{role})}}'
        for role, colour in roles.items()
        for part in ("fill", "stroke")
    )
    return (TEMPLATES / "style.css").read_text() + drawn
