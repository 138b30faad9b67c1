"""HubSpot's own score of a contact: the version in force, counted again on HubSpot's side."""

from __future__ import annotations

import numpy as np

from funnel.demo.clock import happens
from funnel.demo.definition import points_of
from funnel.demo.drifts import RECALIBRATED_BY, at_work
from funnel.demo.history import History
from funnel.demo.scene import Scene

SCORED_AFTER = 30
"""Seconds until HubSpot has counted a touch."""


def scores(scene: Scene) -> History:
    """The score after each touch that brings points, by journey, as far as HubSpot knows both."""
    touches, second = scene.touches, scene.world.second
    points = points_of(touches.kind, touches.at)
    journey = scene.full.journeys.find(touches.human, touches.at)
    # What the second contact did counts for the first one from the merge on.
    known = np.where(
        touches.by_second, second.merged[touches.human], scene.in_hubspot[touches.human]
    )
    at = np.maximum(touches.at, known) + SCORED_AFTER
    rows = np.flatnonzero((points > 0) & (journey >= 0) & happens(at))
    rows = rows[np.lexsort((at[rows], journey[rows]))]
    total, of = np.cumsum(points[rows]), journey[rows]
    first = np.searchsorted(of, of)
    before = np.where(first > 0, total[np.maximum(first - 1, 0)], 0)
    return _last_of_moment(History(touches.human[rows], at[rows], total - before))


def told_scores(scene: Scene) -> History:
    """The same as HubSpot tells it once its points are set anew."""
    own = scores(scene)
    anew = at_work(scene.lander, "new points", own.at)
    return History(own.human, own.at, own.value + RECALIBRATED_BY * anew)


def _last_of_moment(history: History) -> History:
    """Of several scores at one moment the one that stays."""
    order = np.lexsort((history.value, history.at, history.human))
    human, at = history.human[order], history.at[order]
    stays = np.ones(len(order), dtype=np.bool_)
    stays[:-1] = (human[1:] != human[:-1]) | (at[1:] != at[:-1])
    return History(human[stays], at[stays], history.value[order][stays])
