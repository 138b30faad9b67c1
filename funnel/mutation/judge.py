"""What becomes of one mutation when the project's own tests run."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dbt_common.exceptions import DbtBaseException

from funnel.mutation.draw import Mutation
from funnel.mutation.project import Project
from funnel.places import ROOT

SECONDS = 120


class Fate(StrEnum):
    CAUGHT = "caught"
    SURVIVED = "survived"
    # Every table is as before, and the unit tests pass: equivalent, or the demo lacks such rows.
    NO_DIFFERENCE = "no difference"
    # Not counted: the database does not understand it, or does not finish it.
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Verdict:
    """`by` is the test that failed, what stopped the build, or the models that differ."""

    mutation: Mutation
    fate: Fate
    by: str
    seconds: float


@dataclass(frozen=True)
class Failure:
    """What failed, by its id in dbt's manifest, and in words."""

    name: str
    text: str


class UnsoundError(Exception):
    """A test fails without any mutation, so it can't catch one."""


class Judge:
    """Tries mutations, one after the other, in one process's copy of the database."""

    def __init__(self, project: Project) -> None:
        nodes: dict[str, Any] = dict(project.manifest.nodes)
        self._project = project
        self._parents = {
            name: set(node.depends_on.nodes)
            for name, node in nodes.items()
            if node.resource_type in ("model", "test")
        }
        self._order = _sorted_by_dependence(self._parents)
        self._models = {
            node.name: name for name, node in nodes.items() if node.resource_type == "model"
        }
        self._unit_tests: dict[str, list[str]] = defaultdict(list)
        self._sound: set[str] = set()
        for name, test in project.manifest.unit_tests.items():
            self._unit_tests[test.model].append(name)

    def try_mutation(self, mutation: Mutation) -> Verdict:
        started = time.monotonic()
        model = self._models[mutation.model]
        self._note_what_follows(model)
        sql = mutation.edit.apply((ROOT / mutation.path).read_text())
        with self._project.mutated(model, sql):
            found = self._within_time(model)
        self._project.restore()
        if isinstance(found, Failure):
            self._check_without_mutation(found)
            found = (Fate.CAUGHT, found.text)
        return Verdict(mutation, *found, time.monotonic() - started)

    def _check_without_mutation(self, failure: Failure) -> None:
        if failure.name not in self._sound:
            if self._failure(failure.name):
                raise UnsoundError(
                    f"A test fails on the models as they are: {failure.text}. Build the demo again."
                )
            self._sound.add(failure.name)
            self._project.restore()

    def _note_what_follows(self, model: str) -> None:
        followers = {model}
        for name in self._order:
            if self._parents[name] & followers and name.startswith("model."):
                followers.add(name)
        try:
            for name in followers:
                self._project.content_before(name)
        except DbtBaseException as error:
            raise UnsoundError(f"{_first_line(error)} Build the demo again.") from None

    def _within_time(self, model: str) -> Failure | tuple[Fate, str]:
        with self._project.limited_to(SECONDS) as is_over:
            found = self._try_out(model)
        if is_over.is_set():
            return Fate.UNUSABLE, f"not finished in {SECONDS} seconds"
        return found

    def _try_out(self, model: str) -> Failure | tuple[Fate, str]:
        try:
            self._project.explain(model)
        except DbtBaseException as error:
            return Fate.UNUSABLE, _first_line(error)
        for test in self._unit_tests[self._project.manifest.nodes[model].name]:
            if failure := self._failure(test):
                return failure
        return self._follow(model)

    def _follow(self, model: str) -> Failure | tuple[Fate, str]:
        """Builds and tests in the order of dependence, as long as something differs."""
        changed: set[str] = set()
        for name in self._order:
            if name == model or self._parents[name] & changed:
                if failure := self._failure(name):
                    return failure
                if name.startswith("model.") and self._differs(name):
                    changed.add(name)
        if not changed:
            return Fate.NO_DIFFERENCE, ""
        return Fate.SURVIVED, ", ".join(_short(name) for name in self._order if name in changed)

    def _failure(self, name: str) -> Failure | None:
        """What failed when this was built or tested; nothing if all is good."""
        try:
            if name.startswith("model."):
                self._project.build(name)
                return None
            is_unit_test = name.startswith("unit_test.")
            holds = self._project.unit_test_holds if is_unit_test else self._project.data_test_holds
            kind = "unit test" if is_unit_test else "data test"
            return None if holds(name) else Failure(name, f"{kind} {_short(name)}")
        except DbtBaseException as error:
            return Failure(name, f"build of {_short(name)}: {_first_line(error)}")

    def _differs(self, name: str) -> bool:
        return bool(self._project.content(name) != self._project.content_before(name))


def _sorted_by_dependence(parents: dict[str, set[str]]) -> list[str]:
    """Each after all it reads, and a test as soon as it can run."""
    order: list[str] = []
    waiting = dict(sorted(parents.items(), key=lambda item: item[0].startswith("model.")))
    done: set[str] = set()
    while waiting:
        ready = next(n for n, reads in waiting.items() if not (reads & parents.keys()) - done)
        order.append(ready)
        done.add(ready)
        del waiting[ready]
    return order


def _short(name: str) -> str:
    """A test's or model's own name; a generic test's id ends with a code."""
    parts = name.split(".")
    return parts[2] if parts[0] == "test" else parts[-1]


def _first_line(error: BaseException) -> str:
    lines: Iterable[str] = (line.strip() for line in str(error).splitlines())
    return " ".join(line for line in lines if line)[:200]
