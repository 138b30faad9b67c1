"""What is known of a column: the columns that it comes from, and by which way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Mark:
    """That a column comes from another: of which sort that one is, and every column on the way."""

    sort: str
    way: tuple[str, ...]
    # The column is not the value itself but the outcome of a test of it.
    is_outcome: bool = False

    @property
    def key(self) -> "Key":
        return self.sort, self.origin, self.is_outcome

    @property
    def is_flag(self) -> bool:
        """Whether it is true or false of a row, as the origin's name promises."""
        return self.origin.rpartition(".")[2].startswith(("is_", "has_"))

    @property
    def origin(self) -> str:
        return self.way[0]

    def __str__(self) -> str:
        return " -> ".join(self.way)


Key = tuple[str, str, bool]
Marks = Mapping[Key, Mark]


@dataclass(frozen=True)
class Cell:
    """A column: its marks, and whether it descends from what the definition decided."""

    marks: Marks = field(default_factory=dict)
    is_decided: bool = False


@dataclass(frozen=True)
class Table:
    """A model, a seed, or a step of a query, and the models and seeds that it reads."""

    name: str
    columns: Mapping[str, Cell]
    reads: frozenset[str]
    is_decided: bool = False


def marked(sort: str, origin: str) -> Marks:
    return _keyed([Mark(sort, (origin,))])


def merged(several: Iterable[Marks]) -> Marks:
    """All marks; of two that say the same the one with the shorter way."""
    found: dict[Key, Mark] = {}
    for marks in several:
        for key, mark in marks.items():
            found[key] = min(found.get(key, mark), mark, key=lambda each: len(each.way))
    return found


def outcome(marks: Marks) -> Marks:
    return _keyed(replace(mark, is_outcome=True) for mark in marks.values())


def values(marks: Marks) -> Marks:
    return _keyed(mark for mark in marks.values() if not mark.is_outcome)


def without(marks: Marks, origins: set[str]) -> Marks:
    return _keyed(mark for mark in marks.values() if mark.origin not in origins)


def moved(marks: Marks, step: str) -> Marks:
    """The marks one step further on their way, unless they are there already."""
    return _keyed(
        mark if mark.way[-1] == step else replace(mark, way=(*mark.way, step))
        for mark in marks.values()
    )


def _keyed(marks: Iterable[Mark]) -> Marks:
    return {mark.key: mark for mark in marks}
