"""Draws which mutations are planted: at random, and equally many in each folder of models."""

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from funnel.mutation.edits import Edit, list_sites
from funnel.places import ROOT


@dataclass(frozen=True)
class Mutation:
    """One edit of one model's file."""

    folder: str
    path: str
    edit: Edit

    @property
    def model(self) -> str:
        return Path(self.path).stem

    def line(self, sql: str) -> int:
        return sql.count("\n", 0, self.edit.start) + 1

    def shown(self, sql: str) -> tuple[str, str]:
        """The lines it changes, before and after, each as one."""
        start = sql.rfind("\n", 0, self.edit.start) + 1
        end = sql.find("\n", self.edit.end) % (len(sql) + 1)
        edit = Edit(self.edit.kind, self.edit.start - start, self.edit.end - start, self.edit.text)
        before = sql[start:end]
        return " ".join(before.split()), " ".join(edit.apply(before).split())


Key = tuple[str, str, str]
"""File and lines before and after: names a mutation, even when other lines of the file change."""


def key_of(mutation: Mutation) -> Key:
    return mutation.path, *mutation.shown((ROOT / mutation.path).read_text())


def draw_mutations(seed: int) -> dict[str, list[Mutation]]:
    """For each folder, one mutation of each place, in random order.

    The order in a folder depends on the seed and the folder's own files only."""
    drawn = {}
    for folder, sites in _sites().items():
        luck = random.Random(f"{seed} {folder}")
        luck.shuffle(sites)
        drawn[folder] = [luck.choice(site) for site in sites]
    return drawn


def find_mutations(keys: Collection[Key]) -> dict[str, list[Mutation]]:
    """Those of an earlier list, as far as their lines are still there."""
    found = {
        folder: [each for site in sites for each in site if key_of(each) in keys]
        for folder, sites in _sites().items()
    }
    return {folder: mutations for folder, mutations in found.items() if mutations}


def share_out(count: int, drawn: Mapping[str, Sequence[Mutation]]) -> dict[str, int]:
    """How many of each folder: equally many, and more elsewhere where a folder has too few."""
    shares: dict[str, int] = {}
    for folder in sorted(drawn, key=lambda name: (len(drawn[name]), name)):
        fair = -(-(count - sum(shares.values())) // (len(drawn) - len(shares)))
        shares[folder] = min(fair, len(drawn[folder]))
    return shares


def _sites() -> dict[str, list[list[Mutation]]]:
    """For each folder, the places in its files, and what can be mistaken at each."""
    sites = defaultdict(list)
    for path in sorted((ROOT / "models").rglob("*.sql")):
        name = path.relative_to(ROOT).as_posix()
        for site in list_sites(path.read_text()):
            sites[_folder(path)].append([Mutation(_folder(path), name, edit) for edit in site])
    return dict(sorted(sites.items()))


def _folder(path: Path) -> str:
    """The subject: staging is one, and intermediate models stand with their marts."""
    is_staged = path.relative_to(ROOT / "models").parts[0] == "staging"
    return "staging" if is_staged else path.parent.name
