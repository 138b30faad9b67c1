"""What the definition decides and the words for it, read from the seeds that say so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from funnel.check.project import Seed

Rows = tuple[Mapping[str, str], ...]

RULES = "lead_definition_rules"
STAGES = "lifecycle_stages"
LABELS = "stage_labels"
KINDS = "evidence_kinds"
# The attribute of a rule that names kinds of evidence instead of something known of a person.
EVIDENCE = "evidence"


@dataclass(frozen=True)
class Words:
    """What a column may say: words that mean no decided stage, and sets of all that do."""

    free: frozenset[str]
    decided: tuple[frozenset[str], ...]

    def leave_alone(self, words: Iterable[str], is_positive: bool) -> bool:
        """Whether asking for these words, or for others, leaves no row of a decided stage."""
        asked = {word.lower() for word in words}
        if is_positive:
            return asked <= self.free
        return any(each and asked >= each for each in self.decided)


@dataclass(frozen=True)
class Asked:
    """The stages that the definition decides, and the words of labels and of evidence."""

    stages: frozenset[str]
    words: Mapping[str, Words]


def read_asked(seeds: Mapping[str, Seed]) -> Asked:
    rules, named, labels, kinds = (
        seeds[name].rows if name in seeds else () for name in (RULES, STAGES, LABELS, KINDS)
    )
    stages = frozenset(rule["stage"] for rule in rules)
    known = {row["stage"] for row in (*named, *labels)} - {""}
    ways = {is_decided: set[str]() for is_decided in (True, False)}
    for row in named:
        ways[row["stage"] in stages].add(row.get("entered_by", ""))
    meanings = {
        "label": _meanings(labels, "label"),
        "evidence": _meanings(kinds, "kind") | _evidence(rules),
    }
    words = {sort: _words(meant, stages, known, ways) for sort, meant in meanings.items()}
    return Asked(stages, words)


def _meanings(rows: Rows, word: str) -> dict[str, set[str]]:
    """The stages that each word of a seed means, in any of its systems."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row[word], set()).add(row.get("stage", ""))
    return found


def _evidence(rules: Rows) -> dict[str, set[str]]:
    """The kinds that rules of the definition name, where it asks for evidence by rule."""
    named = [(rule["stage"], rule["value"]) for rule in rules if rule["attribute"] == EVIDENCE]
    return {kind: {stage} for stage, value in named for kind in value.split()}


def _words(
    meanings: Mapping[str, set[str]],
    stages: frozenset[str],
    known: set[str],
    ways: Mapping[bool, set[str]],
) -> Words:
    """The words of a sort. A stage may also be named by the way in which it is entered."""
    decided = frozenset(word for word, meant in meanings.items() if meant & stages)
    free = (frozenset(meanings) | known) - stages - decided
    return Words(
        free | (ways[False] - ways[True]), (stages, decided, frozenset(ways[True] - ways[False]))
    )
