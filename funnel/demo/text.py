"""Columns of text, made a whole array at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from funnel.demo.clock import I64, Flags

SALES_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
Text = Any
"""A pyarrow array of strings (pyarrow ships no types)."""


def pick(words: Sequence[str | None], index: I64) -> Text:
    """The words at the indices; -1 gives nothing."""
    return pa.array(words, pa.string()).take(pa.array(index, mask=index < 0))


def digits(numbers: I64, width: int = 0) -> Text:
    """Whole numbers as text, nothing for negative ones."""
    text = pc.cast(pa.array(numbers, mask=numbers < 0), pa.string())
    return pc.utf8_lpad(text, width, "0") if width else text


def joined(*parts: Text | str) -> Text:
    """Texts written one after the other, row by row."""
    return pc.binary_join_element_wise(*parts, "")


def either(mask: Flags, yes: Text | str | None, no: Text | str | None) -> Text:
    """One text where the mask holds, the other elsewhere."""
    filled = [
        pa.scalar(v, pa.string()) if v is None or isinstance(v, str) else v for v in (yes, no)
    ]
    return pc.if_else(pa.array(mask), *filled)


def only(mask: Flags, text: Text | str) -> Text:
    """The text where the mask holds, nothing elsewhere."""
    return either(mask, text, None)


def sales_id(prefix: str, numbers: I64) -> Text:
    """A Salesforce id: the object's three letters, twelve digits, and which letters are large."""
    large = sum(2**place for place, letter in enumerate(prefix) if letter.isupper())
    return joined(only(numbers >= 0, prefix), digits(numbers, 12), SALES_SUFFIX[large] + "AA")


def stripe_id(prefix: str, numbers: I64) -> Text:
    """A Stripe id: what it is, and a number."""
    return joined(only(numbers >= 0, prefix + "_"), digits(numbers, 14))


def repeat(text: Text, rows: I64) -> Text:
    """The text at the given rows."""
    return text.take(pa.array(rows, mask=rows < 0))


def decimal_text(numbers: np.ndarray[Any, np.dtype[Any]]) -> Text:
    """Amounts as the history tables write them."""
    return joined(digits(numbers.astype(np.int64)), ".0")
