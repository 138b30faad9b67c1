"""Lands what people did in HubSpot's world: forms, e-mails, calls and meetings."""

from __future__ import annotations

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import DAY, HOUR, I64, NEVER, Flags, happens, when
from funnel.demo.dirt import other_address
from funnel.demo.names import owner_number
from funnel.demo.origins import OUR_MAIL, is_first
from funnel.demo.reference import ENGAGEMENT_BASE, FORMS, HUBSPOT_DEAL_BASE, PORTAL
from funnel.demo.scene import Scene
from funnel.demo.touches import CALL, CLICK, FORM, MEETING, stream
from funnel.demo.working import OWNER_BASE

EMAIL_KINDS = ("SENT", "DELIVERED", "OPEN", "CLICK")
BEFORE_CLICK = (-7_200, -7_140, -60, 0)
SECOND_OFFSET = 1_500_000
UNANSWERED_OFFSET = 1_000_000
ANSWERED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
UNANSWERED = ("73a0d17f-1163-4015-bdd5-ec830791da20", "b2cf5968-551e-4856-9783-52b3da59a7d0")
OUTCOMES = ("COMPLETED", "NO_SHOW", "CANCELED")


def land_forms(scene: Scene) -> None:
    """Form submissions, with the channel in the address of the page."""
    rows = np.flatnonzero(scene.touches.kind == FORM).astype(np.int64)
    touches, ids = scene.touches.of(FORM), scene.ids
    form = stream(scene.world, "forms").integers(0, len(FORMS), len(rows))
    second = ids.second_contact(touches.human)
    values = {
        "contact_id": np.where(touches.by_second, second, ids.contact(touches.human)),
        "form_id": t.pick([f[0] for f in FORMS], form),
        "conversion_id": t.joined("conversion-", t.digits(ids.event(rows))),
        "page_id": 201 + form,
        "page_url": _page(scene, rows, touches.human, form),
        "portal_id": PORTAL,
        "title": t.pick([f[1] for f in FORMS], form),
        "timestamp": touches.at,
    }
    scene.lander.land("hubspot.contact_form_submission", touches.at, values, repeats=True)
    twice = stream(scene.world, "sent twice").random(len(rows)) < s.SENT_TWICE_SHARE
    at = when(twice, touches.at + 1)
    again = {"conversion_id": t.joined("conversion-", t.digits(ids.event(rows)), "-2")}
    again |= {"timestamp": at}
    scene.lander.land("hubspot.contact_form_submission", at, values | again)


def _page(scene: Scene, rows: I64, human: I64, form: I64) -> t.Text:
    """The first page shows where somebody came from, later ones our mails or nothing."""
    page = t.pick([f[2] for f in FORMS], form)
    mailed = stream(scene.world, "return pages").random(len(rows)) < s.RETURN_BY_MAIL_SHARE
    later = t.either(mailed, OUR_MAIL, "")
    first = is_first(scene.touches)[rows]
    return t.joined(page, t.either(first, scene.origins.page(human), later))


def land_emails(scene: Scene) -> None:
    """Four rows for each clicked mail; mails nobody clicked are not kept."""
    rows = np.flatnonzero(scene.touches.kind == CLICK).astype(np.int64)
    touches = scene.touches.of(CLICK)
    campaign = stream(scene.world, "mails").integers(0, 12, len(rows))
    recipient = t.repeat(scene.names.email, touches.human)
    private = other_address(scene)[touches.human] & (rows % 2 == 0)
    recipient = t.either(private, t.repeat(scene.names.private_email, touches.human), recipient)
    sent = touches.at - 2 * HOUR
    number = t.digits(scene.ids.event(rows), 12)
    for kind, before in zip(EMAIL_KINDS, BEFORE_CLICK, strict=True):
        values = {
            "id": t.joined(kind.lower() + "-", number),
            "type": kind,
            "recipient": recipient,
            "email_campaign_id": 9_001 + campaign,
            "app_id": 113,
            "portal_id": PORTAL,
            "filtered_event": False,
            "sent_by_id": t.joined("sent-", number),
            "sent_by_created": sent,
            "created": touches.at + before,
        }
        scene.lander.land("hubspot.email_event", touches.at + before, values)
    page = t.joined("https://northwindcrm.com/read/", t.digits(campaign))
    click = {"id": t.joined("click-", number), "url": page, "browser": "Firefox"}
    scene.lander.land("hubspot.email_event_click", touches.at, click)


def _here(scene: Scene, kind: int) -> tuple[I64, I64, I64, I64]:
    """Rows, humans, times and deletion times of the touches sales has in HubSpot."""
    touches = scene.touches
    rows = (touches.kind == kind) & ~scene.world.humans.in_salesforce[touches.human]
    number = np.flatnonzero(rows).astype(np.int64)
    return number, touches.human[rows], touches.at[rows], touches.gone[rows]


def _land_engagement(scene: Scene, number: I64, human: I64, created: I64, kind: str) -> None:
    """The engagement itself and whom it was with."""
    engagement = {"id": number, "type": kind, "portal_id": PORTAL}
    scene.lander.land("hubspot.engagement", created, engagement)
    contact = {
        "engagement_id": number,
        "contact_id": scene.ids.contact(human),
        "engagement_type": kind,
        "category": "HUBSPOT_DEFINED",
    }
    scene.lander.land("hubspot.engagement_contact", created, contact)


def _owner(scene: Scene, human: I64) -> I64:
    return OWNER_BASE + owner_number(scene.world.humans.account[human], human)


def land_calls(scene: Scene) -> None:
    """Calls of the segment that is sold to in HubSpot."""
    rows, human, at, gone = _here(scene, CALL)
    number = ENGAGEMENT_BASE + scene.ids.event(rows)
    _land_engagement(scene, number, human, at, "CALL")
    values = {
        "engagement_id": number,
        "_fivetran_deleted": scene.lander.by_now(gone),
        "type": "CALL",
        "property_hs_call_disposition": t.pick((ANSWERED, None), rows % 2),
        "property_hubspot_owner_id": _owner(scene, human),
        "property_hs_createdate": at,
        "property_hs_timestamp": at,
    }
    scene.lander.land("hubspot.engagement_call", at, values, deleted=gone)
    _land_unanswered(scene)


def _land_unanswered(scene: Scene) -> None:
    """Calls that nobody answered, an hour after HubSpot got to know the person."""
    known = np.where(scene.world.humans.in_salesforce, NEVER, scene.in_hubspot)
    dice = stream(scene.world, "unanswered in HubSpot").random(len(known))
    chosen = happens(known) & (dice < s.UNANSWERED_SHARE)
    human = np.flatnonzero(chosen).astype(np.int64)
    number, at = ENGAGEMENT_BASE + scene.ids.event(UNANSWERED_OFFSET + human), known[human] + HOUR
    _land_engagement(scene, number, human, at, "CALL")
    values = {
        "engagement_id": number,
        "_fivetran_deleted": False,
        "type": "CALL",
        "property_hs_call_disposition": t.pick(UNANSWERED, human % len(UNANSWERED)),
        "property_hubspot_owner_id": _owner(scene, human),
        "property_hs_createdate": at,
        "property_hs_timestamp": at,
    }
    scene.lander.land("hubspot.engagement_call", at, values)


def bad_meetings(scene: Scene) -> tuple[I64, I64, I64]:
    """Rows, humans and times of the meetings that did not take place."""
    walks = scene.world.walks
    human = np.concatenate([walk.human for walk in walks])
    at = np.concatenate([walk.bad_meeting for walk in walks])
    rows = np.flatnonzero(happens(at)).astype(np.int64)
    return SECOND_OFFSET + rows, human[rows], at[rows]


def land_meetings(scene: Scene) -> None:
    """Meetings stand in the calendar before they are held, missed or cancelled."""
    rows, human, at, _ = _here(scene, MEETING)
    bad_rows, bad_human, bad_at = bad_meetings(scene)
    mine = ~scene.world.humans.in_salesforce[bad_human]
    rows = np.concatenate([rows, bad_rows[mine]])
    human, start = np.concatenate([human, bad_human[mine]]), np.concatenate([at, bad_at[mine]])
    outcome = np.where(rows >= SECOND_OFFSET, 1 + rows % 2, 0)
    number = ENGAGEMENT_BASE + scene.ids.event(rows)
    created = booked(scene, start, scene.in_hubspot[human])
    _land_engagement(scene, number, human, created, "MEETING")
    _land_outcomes(scene, number, human, (created, start), outcome)
    _land_meeting_deals(scene, number, human, start)


def booked(scene: Scene, start: I64, known: I64) -> I64:
    """When the meeting was put in the calendar: some days before, once the person is known."""
    rng = stream(scene.world, "booked")
    before = start - (rng.uniform(0.2, 6, len(start)) * DAY).astype(np.int64)
    return np.minimum(np.maximum(before, known), start)


def _land_outcomes(
    scene: Scene, number: I64, human: I64, times: tuple[I64, I64], outcome: I64
) -> None:
    created, start = times
    over = scene.lander.by_now(start)
    values = {
        "engagement_id": number,
        "_fivetran_deleted": False,
        "type": "MEETING",
        "property_hs_meeting_title": "Product demo",
        "property_hs_meeting_outcome": t.either(over, t.pick(OUTCOMES, outcome), "SCHEDULED"),
        "property_hubspot_owner_id": _owner(scene, human),
        "property_hs_createdate": created,
        "property_hs_timestamp": start,
        "property_hs_meeting_start_time": start,
        "property_hs_meeting_end_time": start + HOUR // 2,
    }
    scene.lander.land("hubspot.engagement_meeting", created, values, changes=[start])


def _land_meeting_deals(scene: Scene, number: I64, human: I64, start: I64) -> None:
    """A meeting is linked to the first deal of the person, once that is open."""
    deals = scene.world.deals
    fits: Flags = (deals.human >= 0) & ~deals.is_contactless & (deals.merged_into < 0)
    fits &= deals.deleted == NEVER
    deal = np.full(len(scene.world.humans.born), -1)
    rows = np.flatnonzero(fits)[::-1]
    deal[deals.human[rows]] = rows
    has = deal[human] >= 0
    linked = deal[human][has]
    values = {
        "engagement_id": number[has],
        "deal_id": HUBSPOT_DEAL_BASE + scene.ids.event(linked),
        "engagement_type": "MEETING",
        "category": "HUBSPOT_DEFINED",
    }
    at = np.maximum(deals.created[linked], start[has])
    scene.lander.land("hubspot.engagement_deal", at, values)


def land_touches(scene: Scene) -> None:
    """Everything people did as far as HubSpot knows."""
    land_forms(scene)
    land_emails(scene)
    land_calls(scene)
    land_meetings(scene)
