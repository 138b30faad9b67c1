"""Lands HubSpot's contacts, their histories and merges."""

from __future__ import annotations

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import (
    END,
    HOUR,
    I64,
    NEVER,
    Flags,
    add_days,
    happens,
    never,
    uniform_days,
    when,
)
from funnel.demo.dirt import IN_CRM, PLUS, in_crm, other_address
from funnel.demo.drifts import DRIFTS, IMPORTED_SHARE, LOWERED_SCORE, at_work
from funnel.demo.history import History
from funnel.demo.hubspot_scores import scores, told_scores
from funnel.demo.names import written_country
from funnel.demo.picklists import HUBSPOT_STATUSES, LIFECYCLE
from funnel.demo.scene import Scene, latest, latest_time
from funnel.demo.touches import CALL, MEETING, returns_of, stream
from funnel.demo.working import (
    DROP_REASONS,
    MARKS,
    assigned_in_hubspot,
    drop_history,
    hubspot_owner,
    marks,
)

MOST_VALUES = max(len(LIFECYCLE), len(HUBSPOT_STATUSES))


def _first_touch(scene: Scene, kind: int) -> I64:
    touches = scene.touches.of(kind)
    first = np.full(len(scene.world.humans.born), NEVER)
    np.minimum.at(first, touches.human, touches.at)
    return first


def _label_times(scene: Scene) -> I64:
    """A time for each label; marketing's own idea of an MQL is at times wrong."""
    rng, created = stream(scene.world, "labels"), scene.in_hubspot
    lead = scene.first_stage("lead") + 60
    dice = rng.random(len(created))
    marked = uniform_days(rng, scene.first_stage("mql"), 0.01, 0.5)
    marked = np.where(dice < s.LABEL_EARLY_SHARE, lead + 60, marked)
    marked = np.where(dice > 1 - s.LABEL_NEVER_SHARE, NEVER, marked)
    marked = np.minimum(marked, _marked_early(scene))
    lead, marked = _imported(scene, lead, marked)
    met = _first_touch(scene, MEETING) + 3_600
    opened, won = scene.first_stage("opportunity"), scene.first_stage("customer")
    return np.stack([created, lead, marked, met, opened, won], axis=1)


def _marked_early(scene: Scene) -> I64:
    """While HubSpot asks for a lower score than was agreed, and for all else that was."""
    score, found = scores(scene), never(len(scene.in_hubspot))
    early = at_work(scene.lander, "lower score", score.at) & (score.value >= LOWERED_SCORE)
    early &= scene.full.people.is_mql(score.human, score.at)
    at = uniform_days(stream(scene.world, "lower score"), score.at, 0.01, 0.5)
    np.minimum.at(found, score.human[early], at[early])
    return found


def _imported(scene: Scene, lead: I64, marked: I64) -> tuple[I64, I64]:
    """Labels of an import, for people who never did anything and are still there."""
    rng, at = stream(scene.world, "import"), DRIFTS["import"].since + 9 * HOUR
    count = len(lead)
    chosen = scene.world.humans.is_silent & (rng.random(count) < IMPORTED_SHARE)
    chosen &= (scene.in_hubspot < at) & (_deleted(scene) == NEVER)
    chosen &= at_work(scene.lander, "import", np.full(count, at))
    return np.where(chosen, at, lead), np.where(chosen, at + 60, marked)


def labels(scene: Scene) -> History:
    """Lifecycle stages only move forward, and only for contacts."""
    times = _label_times(scene)
    times[:, 1:] = np.where(times[:, 1:] > times[:, :1], times[:, 1:], NEVER)
    later = np.minimum.accumulate(times[:, ::-1], axis=1)[:, ::-1]
    forward = np.ones_like(times, dtype=np.bool_)
    forward[:, :-1] = times[:, :-1] < later[:, 1:]
    forward &= (times < END) & (times[:, :1] < END)
    human, stage = np.nonzero(forward)
    return History(human, times[human, stage], stage)


def statuses(scene: Scene) -> History:
    """What sales says of a contact in HubSpot, for the people it works there."""
    world, calls, dropped = scene.world, scene.touches.of(CALL), scene.dropped
    deals = world.deals
    own = (deals.human >= 0) & ~deals.in_salesforce & (deals.created < END)
    parts = (
        (np.arange(len(world.humans.born)), scene.first_stage("lead") + 60, 0),
        (*returns_of(world), 0),
        (calls.human, calls.at, 1),
        (deals.human[own], deals.created[own], 2),
        (dropped.human[~dropped.is_recycled], dropped.at[~dropped.is_recycled], 3),
        (dropped.human[dropped.is_recycled], dropped.at[dropped.is_recycled], 4),
    )
    human = np.concatenate([part[0] for part in parts])
    at = np.concatenate([part[1] for part in parts])
    value = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    worked = worked_in_hubspot(scene)[human]
    return _changes_only(History(human, when(worked, at), value))


def _changes_only(history: History) -> History:
    order = np.lexsort((history.at, history.human))
    human, value = history.human[order], history.value[order]
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = (human[1:] == human[:-1]) & (value[1:] == value[:-1])
    return History(human[~same], history.at[order][~same], value[~same])


def _written_again(scene: Scene, history: History, name: str) -> History:
    """Values that a workflow or an import writes though the contact has them already."""
    rng, each = stream(scene.world, name + " again"), (history.human, history.value)
    people = len(scene.world.humans.born)
    following = np.full(len(history.at), END)
    same = history.human[1:] == history.human[:-1]
    following[:-1] = np.where(same, history.at[1:], END)
    again = add_days(history.at, rng.uniform(0.5, 9, (people, MOST_VALUES))[each])
    chosen = rng.random((people, MOST_VALUES))[each] < s.REWRITTEN_SHARE
    return History(history.human, when(chosen & (again < following), again), history.value)


def _merged_vids(scene: Scene) -> t.Text:
    second = scene.world.second
    human = np.arange(len(second.merged))
    merged = second.merged < scene.lander.until
    entry = t.joined(t.digits(scene.ids.second_contact(human)), ":", t.digits(second.merged * 1000))
    return t.only(merged, entry)


def _deleted(scene: Scene) -> I64:
    """Imported people who never did anything are cleaned out now and then."""
    rng, humans = stream(scene.world, "deleted contacts"), scene.world.humans
    chosen = humans.is_silent & (rng.random(len(humans.born)) < s.DELETED_CONTACT_SHARE)
    return when(chosen, uniform_days(rng, humans.born, 30, 200))


def land_contacts(scene: Scene) -> None:
    """One contact for each human known to HubSpot, and the second ones."""
    stage, status, score = labels(scene), statuses(scene), told_scores(scene)
    count, until = len(scene.world.humans.born), scene.lander.until
    human, deleted = np.arange(count), _deleted(scene)
    changed = [latest_time(h.human, h.at, count, until) for h in (stage, status, score)]
    values = _person(scene, human) | {
        "id": scene.ids.contact(human),
        "_fivetran_deleted": scene.lander.by_now(deleted),
        "property_email": in_crm(scene, "hubspot.contact", human, (PLUS, *IN_CRM)),
        "property_phone": scene.names.phone,
        "property_lifecyclestage": t.pick(
            LIFECYCLE, latest(stage.human, stage.at, stage.value, count, until)
        ),
        "property_hs_lead_status": t.pick(
            HUBSPOT_STATUSES, latest(status.human, status.at, status.value, count, until)
        ),
        "property_hubspotscore": np.maximum(
            latest(score.human, score.at, score.value, count, until), 0
        ),
        "property_hs_calculated_merged_vids": _merged_vids(scene),
        "property_hs_additional_emails": t.only(other_address(scene), scene.names.private_email),
        "property_createdate": scene.in_hubspot,
    }
    assigned, reasons = assigned_in_hubspot(scene), drop_history(scene, worked_in_hubspot(scene))
    reason = latest(reasons.human, reasons.at, reasons.value, count, until)
    values |= {
        "property_hubspot_owner_id": np.where(assigned < until, hubspot_owner(scene, human), -1),
        "property_disqualification_reason": t.pick(DROP_REASONS, reason),
    }
    changes = [*changed, deleted, scene.world.second.merged, assigned]
    scene.lander.land("hubspot.contact", scene.in_hubspot, values, changes=changes, repeats=True)
    _land_second(scene)
    words, mark = t.pick(LIFECYCLE, stage.value), stage_marks(scene)
    _land_history(scene, stage, "lifecyclestage", words, mark)
    words, mark = t.pick(HUBSPOT_STATUSES, status.value), status_marks(scene)
    _land_history(scene, status, "hs_lead_status", words, mark)
    _land_titles(scene)
    _land_history(scene, score, "hubspotscore", t.digits(score.value))
    stage = _written_again(scene, stage, "stages")
    status = _written_again(scene, status, "statuses")
    _land_history(scene, stage, "lifecyclestage", t.pick(LIFECYCLE, stage.value))
    _land_history(scene, status, "hs_lead_status", t.pick(HUBSPOT_STATUSES, status.value))
    owners = History(human, assigned, hubspot_owner(scene, human))
    _land_history(scene, owners, "hubspot_owner_id", t.digits(owners.value))
    _land_history(scene, reasons, "disqualification_reason", t.pick(DROP_REASONS, reasons.value))


def worked_in_hubspot(scene: Scene) -> Flags:
    """The people whom sales works in HubSpot."""
    humans = scene.world.humans
    return np.asarray(humans.in_hubspot & ~humans.in_salesforce)


def stage_marks(scene: Scene) -> I64:
    """What set each lifecycle stage."""
    history = labels(scene)
    at = DRIFTS["import"].since + 9 * HOUR
    imported = scene.world.humans.is_silent[history.human]
    imported &= (history.at == at) | (history.at == at + 60)
    return marks(scene, "stage", history, imported)


def status_marks(scene: Scene) -> I64:
    """What set each lead status."""
    history = statuses(scene)
    return marks(scene, "status", history, np.zeros(len(history.at), dtype=np.bool_))


def _person(scene: Scene, human: I64) -> dict[str, object]:
    humans, names = scene.world.humans, scene.names
    account, origins = humans.account[human], scene.origins
    source, first, second = origins.original_source(human)
    return {
        "property_firstname": t.repeat(names.first, human),
        "property_lastname": t.repeat(names.last, human),
        "property_jobtitle": t.repeat(names.title, human),
        "property_seniority": t.repeat(names.seniority, human),
        "property_company": t.repeat(names.company, account),
        "property_country": written_country(scene.world, "contacts", humans.country[human]),
        "property_associatedcompanyid": scene.ids.company(account),
        "property_hs_analytics_source": source,
        "property_hs_analytics_source_data_1": first,
        "property_hs_analytics_source_data_2": second,
        "property_hs_analytics_first_url": origins.first_page(human),
        "property_hubspot_owner_id": hubspot_owner(scene, human),
    }


def _land_second(scene: Scene) -> None:
    second = scene.world.second
    human = np.flatnonzero(second.exists).astype(np.int64)
    merged, created = second.merged[human], second.created[human]
    values = _person(scene, human) | {
        "id": scene.ids.second_contact(human),
        "_fivetran_deleted": scene.lander.by_now(merged),
        "property_email": t.repeat(scene.names.second_email, human),
        "property_lifecyclestage": "lead",
        "property_createdate": created,
    }
    scene.lander.land("hubspot.contact", created, values, changes=[merged])
    audit = {
        "canonical_vid": scene.ids.contact(human),
        "contact_id": scene.ids.contact(human),
        "vid_to_merge": scene.ids.second_contact(human),
        "num_properties_moved": 2,
        "timestamp": merged,
    }
    scene.lander.land("hubspot.contact_merge_audit", merged, audit)


def _land_history(
    scene: Scene, history: History, name: str, value: t.Text, mark: I64 | None = None
) -> None:
    values = {
        "contact_id": scene.ids.contact(history.human),
        "name": name,
        "source": "CRM_UI" if mark is None else t.pick(MARKS, mark),
        "value": value,
        "timestamp": history.at,
    }
    scene.lander.land("hubspot.contact_property_history", history.at, values)


def _land_titles(scene: Scene) -> None:
    """A history that nobody asks for, as there always is."""
    created = scene.in_hubspot
    human = np.flatnonzero(happens(created) & (np.arange(len(created)) % 8 == 0))
    values = {
        "contact_id": scene.ids.contact(human),
        "name": "jobtitle",
        "source": "IMPORT",
        "value": t.repeat(scene.names.title, human),
        "timestamp": created[human],
    }
    scene.lander.land("hubspot.contact_property_history", created[human], values)
