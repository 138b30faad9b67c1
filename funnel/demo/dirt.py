"""Addresses as people, imports and payment forms write them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import I64, Flags, Rng, happens
from funnel.demo.scene import Scene
from funnel.demo.text import Text
from funnel.demo.touches import stream

PLUS, DISPLAY, TWO, LOOK, BLANK, TRAIL = range(6)
IN_CRM = (DISPLAY, TWO, LOOK, BLANK, TRAIL)
TAGS = ("+newsletter@", "+crm@", "+webinar@")
SEPARATORS = ("; ", ", ", " / ", ";")
LOOK_ALIKES = (
    ("@", "\N{FULLWIDTH COMMERCIAL AT}"),
    ("a", "\N{CYRILLIC SMALL LETTER A}"),
    ("e", "\N{CYRILLIC SMALL LETTER IE}"),
    ("o", "\N{CYRILLIC SMALL LETTER O}"),
    ("n", "\N{FULLWIDTH LATIN SMALL LETTER N}"),
)
BEFORE = ("\N{NO-BREAK SPACE}", "", "\N{ZERO WIDTH NO-BREAK SPACE}")
AFTER = ("", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}")
TRAILS = (",", ".", " ,")


def careless(rng: Rng, email: Text) -> Text:
    """Capitals, blanks and prefixes, which anybody's address may have."""
    dice = rng.random(len(email))
    upper = dice < s.UPPER_CASE_SHARE
    spaces = (dice > 0.5) & (dice < 0.5 + s.SPACES_SHARE)
    mailto = dice > 1 - s.MAILTO_SHARE
    written = t.either(upper, pc.utf8_upper(email), email)
    written = t.either(spaces, t.joined(" ", email, "  "), written)
    return t.either(mailto, t.joined("mailto:", email), written)


def in_crm(scene: Scene, table: str, human: I64, kinds: Sequence[int] = IN_CRM) -> Text:
    """The addresses of the humans in a table of a CRM."""
    email = t.repeat(scene.names.email, human)
    return soiled(
        scene, table, careless(scene.lander.rng(table + " careless"), email), human, kinds
    )


def soiled(scene: Scene, table: str, written: Text, human: I64, kinds: Sequence[int]) -> Text:
    """What was written, dirtied where several systems know the human, so that it matters."""
    rng = scene.lander.rng(table + " dirt")
    kind = _kinds(scene, rng, human)
    for each in kinds:
        rows = np.flatnonzero(kind == each).astype(np.int64)
        written = _replaced(written, rows, _dirty(scene, rng, human[rows], each))
    return written


def _kinds(scene: Scene, rng: Rng, human: I64) -> I64:
    """The kind of dirt in each row, -1 for none."""
    drawn = np.searchsorted(np.cumsum(s.DIRT_SHARE), rng.random(len(human)), "right")
    fits = _may_be_dirty(scene)[human] & (human >= 0) & (drawn < len(s.DIRT))
    two = (drawn == TWO) & ~_may_have_two(scene)[human]
    return np.where(fits & ~two, drawn, -1)


def _may_be_dirty(scene: Scene) -> Flags:
    return np.asarray(scene.world.in_several & (scene.world.humans.email_class <= s.FREE))


def _may_have_two(scene: Scene) -> Flags:
    """The private address must not be what makes somebody known, or a second record one's own."""
    is_business = scene.world.humans.email_class == s.BUSINESS
    return np.asarray(is_business & ~scene.world.second.exists)


def other_address(scene: Scene) -> Flags:
    """Whose private address HubSpot has besides the one from work."""
    world = scene.world
    knows = world.humans.email_class == s.BUSINESS
    knows &= happens(world.in_hubspot) & ~world.second.exists
    dice = stream(world, "other addresses").random(len(knows))
    return np.asarray(knows & (dice < s.OTHER_ADDRESS_SHARE))


def _replaced(text: Text, rows: I64, new: Text) -> Text:
    index = np.arange(len(text))
    index[rows] = len(text) + np.arange(len(rows))
    return pa.concat_arrays([text, new]).take(pa.array(index))


def _dirty(scene: Scene, rng: Rng, human: I64, kind: int) -> Text:
    """The addresses of the humans with one kind of dirt."""
    names, email = scene.names, t.repeat(scene.names.email, human)
    dice = rng.integers(0, 60, len(human))
    if kind == PLUS:
        return _either_of(dice, [pc.replace_substring(email, "@", tag) for tag in TAGS])
    if kind == DISPLAY:
        person = t.joined(t.repeat(names.first, human), " ", t.repeat(names.last, human))
        return t.joined(person, " <", email, ">")
    if kind == TWO:
        private = t.repeat(names.private_email, human)
        return t.joined(email, t.pick(SEPARATORS, dice % len(SEPARATORS)), private)
    if kind == LOOK:
        return _either_of(dice, [pc.replace_substring(email, *pair) for pair in LOOK_ALIKES])
    if kind == BLANK:
        return t.joined(t.pick(BEFORE, dice % len(BEFORE)), email, t.pick(AFTER, dice % len(AFTER)))
    return t.joined(email, t.pick(TRAILS, dice % len(TRAILS)))


def _either_of(dice: I64, texts: list[Text]) -> Text:
    return pc.choose(pa.array(dice % len(texts)), *texts)
