"""The versions of the lead definition, as the numbers that a moment asks for."""

from __future__ import annotations

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import I64, Flags, seconds
from funnel.demo.touches import CLICK, EVENT, FORM

VALID_FROM = np.array([seconds(version.valid_from) for version in s.VERSIONS])
MQL_SCORE = np.array([version.mql_score for version in s.VERSIONS])
LEAST_EMPLOYEES = np.array([version.employees for version in s.VERSIONS])
POINTS = np.zeros((len(s.VERSIONS), 8), dtype=np.int64)
"""A row a version, a column a kind of touch."""
for _row, _version in enumerate(s.VERSIONS):
    POINTS[_row, [FORM, EVENT, CLICK]] = (
        _version.form_submitted,
        _version.event_attended,
        _version.email_clicked,
    )
SERVED = np.array([[c in version.countries for c in s.COUNTRIES] for version in s.VERSIONS])
"""A row a version, a column a country."""


def version_at(times: I64) -> I64:
    """The version in force at each time."""
    return np.asarray(np.searchsorted(VALID_FROM, times, "right") - 1)


def points_of(kind: I64, at: I64) -> I64:
    """What touches bring, by the version of their own day."""
    return np.asarray(POINTS[version_at(at), kind])


def score_at(times: I64) -> I64:
    """The score that makes an MQL."""
    return np.asarray(MQL_SCORE[version_at(times)])


def is_served(employees: I64, country: I64, at: I64) -> Flags:
    """Size and country are such as we sell to at the time, or unknown."""
    version = version_at(at)
    large = (employees < 0) | (employees >= LEAST_EMPLOYEES[version])
    return np.asarray(large & ((country < 0) | SERVED[version, country]))
