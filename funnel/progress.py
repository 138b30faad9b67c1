"""Says on stderr what takes a while: a moving line in a terminal, one plain line in CI or a pipe,
nothing with `funnel --quiet`."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET = "REVENUE_FUNNEL_QUIET"
EVERY_SECONDS = 0.5


def be_quiet() -> None:
    """No progress from here on, in programs that this one starts neither."""
    os.environ[QUIET] = "yes"


def is_quiet() -> bool:
    return bool(os.environ.get(QUIET))


def show_step(text: str, is_moving: bool = False) -> None:
    """One line about how far it is; in a terminal a moving one takes the place of the last."""
    if is_quiet():
        return
    if is_moving and sys.stderr.isatty():
        print(f"\r{text} ", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Says what is being done, and in a terminal for how long; the line goes when it is done."""
    if is_quiet() or not sys.stderr.isatty():
        show_step(f"{text} ...")
        yield
        return
    is_done = threading.Event()
    clock = threading.Thread(target=_count_seconds, args=(text, is_done), daemon=True)
    clock.start()
    try:
        yield
    finally:
        is_done.set()
        clock.join()


def _count_seconds(text: str, is_done: threading.Event) -> None:
    started = time.monotonic()
    while True:
        line = f"{text} ... {time.monotonic() - started:.0f} s"
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
        if is_done.wait(EVERY_SECONDS):
            print(f"\r{' ' * (len(line) + 2)}\r", end="", file=sys.stderr, flush=True)
            return
