"""The changes of one property of contacts."""

from __future__ import annotations

from funnel.demo.clock import I64, happens


class History:
    """One row each time a property of a contact changed."""

    def __init__(self, human: I64, at: I64, value: I64) -> None:
        comes = happens(at)
        self.human, self.at, self.value = human[comes], at[comes], value[comes]
