"""Writes Great Expectations' Data Docs so that they open without a network."""

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from great_expectations.checkpoint.checkpoint import CheckpointResult
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from funnel.expectations.measure import Measured

STYLE = (Path(__file__).parent / "pages.css").read_text()
# Scripts, styles and pictures that the pages would fetch.
FETCHED = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|@import[^;]*;|url\([^)]*\)",
    re.DOTALL | re.IGNORECASE,
)
# Links to other sites, and calls of scripts that were removed.
AWAY = re.compile(
    r'\s(href|src|action|srcset)="(https?:)?//[^"]*"|\son[a-z]+="[^"]*"', re.IGNORECASE
)
MODAL = re.compile(r'<div class="modal\b.*?(?=<div class="container-fluid)', re.DOTALL)
# Links of the original site, which has folders.
FOLDERS = re.compile(r'href="(?:\.\./)+(?:expectations/)?([^"/]*)"')
INDEX = """<!DOCTYPE html>
<html><head><meta charset="UTF-8"><title>What was agreed about the data</title>
<style>{style}</style></head><body><div class="container-fluid">
<h1>What was agreed about the data</h1>
{table}
</div></body></html>
"""


def write_pages(result: CheckpointResult, measured: Mapping[str, Measured], folder: Path) -> Path:
    """Writes one page per suite, and an index."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for validation in result.run_results.values():
        name = str(validation.suite_name)
        page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(validation))
        found = _table(("what was measured", "found", "of"), _values(measured[name].path))
        (folder / f"{name}.html").write_text(alone(page, found))
        rows.append(_row(name, validation))
    index = folder / "index.html"
    table = _table(("suite", "expectations", "met", ""), rows)
    index.write_text(INDEX.format(style=STYLE, table=table))
    return index


def alone(page: str, found: str = "") -> str:
    """The page with its style in it, without anything that it would fetch."""
    page = AWAY.sub("", FETCHED.sub("", MODAL.sub("", page)))
    page = FOLDERS.sub(r'href="\1"', page)
    page = page.replace("</head>", f"<style>{STYLE}</style></head>", 1)
    return page.replace("</body>", f'<div class="container-fluid">{found}</div></body>', 1)


def _values(path: Path) -> list[Sequence[str]]:
    """What Great Expectations read: each value with its number of rows."""
    rows = duckdb.execute(
        "select subject, value, sum(row_count) from read_parquet(?) group by all order by all",
        [str(path)],
    ).fetchall()
    return [[html.escape(_formatted(cell)) for cell in row] for row in rows]


def _formatted(cell: Any) -> str:
    if cell is None:
        return "not enough data"
    return f"{cell:,.4g}" if isinstance(cell, float) else str(cell)


def _row(name: str, validation: ExpectationSuiteValidationResult) -> Sequence[str]:
    failure = validation.get_max_severity_failure()
    verdict = {"critical": "error", "warning": "warning"}[failure.value] if failure else "as agreed"
    met = sum(bool(each.success) for each in validation.results)
    link = f'<a href="{html.escape(name)}.html">{html.escape(name)}</a>'
    mark = f'<strong class="{"text-danger" if failure else "text-success"}">{verdict}</strong>'
    return link, str(len(validation.results)), str(met), mark


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
