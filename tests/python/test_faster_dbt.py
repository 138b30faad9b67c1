"""What is faster than dbt's own gives what dbt's own gives."""

from typing import Any

import pytest
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace

from funnel.faster_dbt import describe_cycle, find_cycles, macros_by_name

# Each name is that of the places that have it, the nearest first.
NEAREST = {
    "local": "own, root, package, dbt",
    "root": "root, package, dbt",
    "package": "package, dbt",
    "plugin": "dbt",
    "dbt": "package",
}


def _found_in(place: str) -> dict[str, str]:
    return {name: f"{name} of {place}" for name, places in NEAREST.items() if place in places}


@pytest.mark.parametrize("also", ["local", "root", "package", "plugin", "dbt"])
def test_of_two_macros_of_one_name_the_one_that_dbt_finds_first_is_called(also: str) -> None:
    order = ("root", "own", "dbt", "package")
    places: list[Any] = [_found_in(place) | {also: place} for place in order]
    namespace = MacroNamespace(*places)
    assert len(macros_by_name(namespace)) == len(NEAREST)
    assert macros_by_name(namespace) == dict(namespace)


@pytest.mark.parametrize(
    ("edges", "has_cycle"),
    [
        ([("a", "b"), ("b", "c"), ("a", "c")], False),
        ([("a", "b"), ("b", "c"), ("c", "b")], True),
        ([("a", "a")], True),
    ],
)
def test_a_cycle_is_found_and_described_as_dbt_describes_it(
    edges: list[tuple[str, str]], has_cycle: bool
) -> None:
    linker = Linker()
    for node, other in edges:
        linker.dependency(node, other)
    assert (find_cycles(linker) is not None) == has_cycle
    assert find_cycles(linker) == describe_cycle(linker)
