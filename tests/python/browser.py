"""Chromium for the tests of the report. Where it is missing they are skipped, but never in
continuous integration, which sets CI: there they fail."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = {"width": 390, "height": 844}


def _missing() -> str:
    """What a test of the page needs and is not here."""
    packages = ("playwright", "axe_playwright_python")
    found = [] if CHROMIUM else ["Chromium"]
    return ", ".join(found + [name for name in packages if find_spec(name) is None])


def _stop(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and continuous integration must open the page", pytrace=False)
    pytest.skip(reason)


@contextmanager
def browser() -> Iterator[Any]:
    """A running Chromium."""
    if missing := _missing():
        _stop(f"the report is not opened: {missing} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def opened(chromium: Any, page: Path, **settings: Any) -> Iterator[tuple[Any, list[str]]]:
    """The page, opened from disk without a network, and what went wrong."""
    context = chromium.new_context(offline=True, **settings)
    tab, wrong = context.new_page(), list[str]()
    tab.on("console", lambda message: wrong.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    tab.on("request", lambda request: wrong.append(request.url) if "://" in request.url
           and not request.url.startswith("file:") else None)  # fmt: skip
    tab.goto(page.as_uri())
    yield tab, wrong
    context.close()
