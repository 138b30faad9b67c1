"""Writes what was agreed and found as pages that a business owner reads without a network."""

import html
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from funnel.expectations.agreements import DAYS, Terms
from funnel.expectations.sentences import AS_AGREED, NO_DATA, ORDER, TITLES, Finding, Names, percent
from funnel.expectations.trend import Trend

STYLE = (Path(__file__).parent / "pages.css").read_text()
TITLE = "What was agreed about the data"
CLASSES = {"error": "text-danger", "warning": "text-warning", AS_AGREED: "text-success"}
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8"><title>{title}</title>
<style>{style}</style></head><body><main>
<h1>{title}</h1>
{content}
</main></body></html>
"""
WIDTH, HEIGHT = 90, 22


def write_pages(
    findings: Sequence[Finding], terms: Terms, names: Names, trend: Trend, folder: Path
) -> Path:
    """Writes one page per suite, and an index that begins with what is broken."""
    folder.mkdir(parents=True, exist_ok=True)
    for suite in terms.suites():
        own = [each for each in findings if each.suite == suite]
        content = [_dated(terms, names), _table(own, trend), '<p><a href="index.html">All</a></p>']
        _write(folder / f"{suite}.html", _title(suite), content)
    index = folder / "index.html"
    _write(index, TITLE, list(_index(findings, terms, names, trend)))
    return index


def _write(path: Path, title: str, content: Sequence[str]) -> None:
    page = PAGE.format(title=html.escape(title), style=STYLE, content="\n".join(content))
    path.write_text(page)


def _index(findings: Sequence[Finding], terms: Terms, names: Names, trend: Trend) -> Iterator[str]:
    broken = [each for each in findings if each.status in ("error", "warning")]
    yield _dated(terms, names)
    yield f"<p>{_verdict(broken)}</p>"
    if broken:
        yield _table(broken, trend)
    yield "<h2>All agreements</h2>"
    rows = [_suite_row(suite, findings) for suite in terms.suites()]
    yield _rows(("question", "checked", "as agreed", "result"), rows)
    yield (
        "<p>A warning is for the owner. Nothing is published while an error stands. A share is not"
        " checked while there are too few rows.</p>"
    )


def _dated(terms: Terms, names: Names) -> str:
    last = terms.cutoff - timedelta(microseconds=1)
    teams = ", ".join(
        f"{names.teams.get(team, team)} on {_day(day)}"
        for team, day in sorted(names.agreed_on.items(), key=lambda each: (each[1], each[0]))
    )
    return (
        f"<p>Data up to {_day(last)}; the last {DAYS} days, where nothing else is said. Version"
        f" {terms.version} of the definition, agreed by {html.escape(teams)}.</p>"
    )


def _verdict(broken: Sequence[Finding]) -> str:
    errors = sum(each.status == "error" for each in broken)
    if not broken:
        return "The data is as agreed."
    stopped = (
        "Nothing is published until the errors are solved."
        if errors
        else "No warning stops publishing."
    )
    counts = [
        f"{number} {word if number == 1 else f'{word}s'}"
        for number, word in ((errors, "error"), (len(broken) - errors, "warning"))
        if number
    ]
    return f"<strong>{' and '.join(counts)}.</strong> {stopped}"


def _suite_row(suite: str, findings: Sequence[Finding]) -> Sequence[str]:
    own = [each for each in findings if each.suite == suite]
    checked = [each for each in own if each.status != NO_DATA]
    kept = sum(each.status == AS_AGREED for each in checked)
    worst = min((each.status for each in own), key=ORDER.index, default=NO_DATA)
    if worst == NO_DATA and checked:
        worst = AS_AGREED
    link = f'<a href="{html.escape(suite)}.html">{html.escape(_title(suite))}</a>'
    return link, str(len(checked)), str(kept), _mark(worst)


def _table(findings: Sequence[Finding], trend: Trend) -> str:
    rows = [
        (
            _mark(each.status),
            html.escape(each.sentence),
            html.escape(each.owner),
            html.escape(f"{each.next_step}.") if each.status in ("error", "warning") else "",
            _line(trend.get((each.suite, each.subject), []), each),
        )
        for each in findings
    ]
    return _rows(("result", "found and agreed", "owner", "what to do", "builds before"), rows)


def _line(points: Sequence[tuple[str, float]], finding: Finding) -> str:
    """The values of the last builds as a small line, with the first and the last in words."""
    if len(points) < 2:
        return "no earlier build" if finding.value is not None else ""
    values = [value for _, value in points]
    low, high = min(values), max(values)
    step = WIDTH / (len(values) - 1)
    places = " ".join(
        f"{place * step:.1f},{HEIGHT - 2 - (value - low) / ((high - low) or 1) * (HEIGHT - 4):.1f}"
        for place, value in enumerate(values)
    )
    first = datetime.fromisoformat(points[0][0]) - timedelta(microseconds=1)
    words = f"{_like(values[0], finding)} on {_day(first)}"
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{len(values)} builds, from'
        f' {words}"><polyline points="{places}" fill="none" stroke="#0b5cad" stroke-width="2"/>'
        f"</svg><br>{words}"
    )


def _like(value: float, finding: Finding) -> str:
    """A number as the finding shows its own."""
    return percent(value) if "%" in finding.shown else f"{value:,.3g}"


def _mark(status: str) -> str:
    return f'<strong class="{CLASSES.get(status, "text-muted")}">{status}</strong>'


def _title(suite: str) -> str:
    return TITLES.get(suite, suite.replace("_", " ").capitalize())


def _day(moment: object) -> str:
    return f"{moment:%-d %B %Y}"


def _rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
