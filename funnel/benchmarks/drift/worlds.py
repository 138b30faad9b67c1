"""Other worlds: what companies do that the first simulator does not draw, one world each.

A world is one system in which something is unusual (labels only on working days, an unknown label
in passing, a batch job), usually with a change that must be found from its `onset` on. It was
written from what users reported, not from the models."""

from dataclasses import dataclass
from typing import Literal

AGREEMENT = frozenset(
    {"label_agreement", "gradual_change", "channel_label_agreement", "segment_label_agreement"}
)
OVERRIDES = AGREEMENT | {"overridden"}

Delay = Literal["same day", "working days", "some late"]


@dataclass(frozen=True)
class Segment:
    """The leads that a change is about: those with this value of this attribute."""

    attribute: Literal["channel", "country", "size"]
    value: int


@dataclass(frozen=True)
class World:
    """What is unusual in a company; days count from 0, and the first 56 are the reference."""

    name: str
    meaning: str
    onset: int | None = None  # the first day of what an alert must name; none: a quiet world
    kinds: frozenset[str] = frozenset()  # how an alert of it may name it
    rule: str | None = None
    most_alerts: int = 1  # of all causes in it
    also: frozenset[str] = frozenset()  # kinds of alerts that are right besides
    leads: int = 300
    threshold: int = 0  # points by which the system's threshold moves at the onset
    final_threshold: int | None = None  # to which it moves further, a month later
    segment: Segment | None = None
    dropped_rule: str | None = None
    spree: int | None = None  # day on which everybody gets labels by hand
    delay: Delay = "same day"
    late_from: int | None = None
    late_share: float = 1.0
    late_days: int = 2
    closing: tuple[int, int] | None = None  # days without any label, and with few leads
    holidays: tuple[int, ...] = ()
    has_month_end_push: bool = False
    unknown_label: float = 0.0  # share of leads with a label that no seed maps
    unknown_stage_every: int = 0  # days between opportunities with an unknown stage
    score_moves_on: int | None = None
    field_lost_on: int | None = None
    system_keeps_field: bool = False
    country_word_from: int | None = None  # people write a country as a word
    bot_day: int | None = None
    back_filled_on: int | None = None
    early_clock_from: int | None = None
    duplicate_rates: tuple[float, float] = (0.02, 0.02)  # at the start and at the end
    duplicates_grow: tuple[int, int] = (0, 1)
    overrides_vary: float = 0.2


def _threshold(name: str, meaning: str, points: int, **more: object) -> World:
    return World(name, meaning, **({"onset": 90, "threshold": points, "kinds": AGREEMENT} | more))  # type: ignore[arg-type]


NURTURE = frozenset({"unknown_label"})
WORLDS = (
    _threshold(
        "unknown_label_then_threshold",
        "a rep invents a label, one a day; then the threshold falls by ten",
        -10,
        unknown_label=0.004,
        also=NURTURE,
        most_alerts=2,
        rule="score",
    ),
    World(
        "unknown_stage_then_rule",
        "an unknown opportunity stage every five days; then the address no longer counts",
        onset=90,
        kinds=OVERRIDES,
        rule="business_address",
        dropped_rule="business_address",
        unknown_stage_every=5,
        also=NURTURE,
        most_alerts=2,
    ),
    _threshold(
        "score_then_threshold",
        "the system's score rises by six; 25 days later its threshold falls by ten",
        -10,
        onset=100,
        score_moves_on=75,
        also=frozenset({"score_recalibrated"}),
        most_alerts=2,
        rule="score",
    ),
    _threshold(
        "field_lost_then_threshold",
        "a field no longer arrives here; five days later the threshold falls by ten",
        -10,
        field_lost_on=85,
        system_keeps_field=True,
        also=frozenset({"fill_rate"}),
        most_alerts=2,
        rule="score",
    ),
    _threshold(
        "late_then_threshold",
        "labels come two or three days later; ten days later the threshold falls by ten",
        -10,
        late_from=80,
        also=frozenset({"late_labels"}),
        most_alerts=2,
        rule="score",
    ),
    World(
        "batch_moved",
        "labels come two or three days later than before",
        onset=90,
        kinds=frozenset({"late_labels"}),
        late_from=90,
        late_days=2,
    ),
    World(
        "some_labels_late",
        "15 % of labels come some days late from a day on",
        onset=90,
        kinds=frozenset({"late_labels"}),
        late_from=90,
        late_share=0.15,
    ),
    World("some_labels_always_late", "8 % of labels have always come late", delay="some late"),
    World(
        "bot",
        "500 junk leads with 60 words for a country on one day",
        onset=90,
        kinds=frozenset({"unknown_value"}),
        rule="served_country",
        bot_day=90,
    ),
    World(
        "working_days", "labels of Saturday and late Friday come on Monday", delay="working days"
    ),
    World(
        "holidays",
        "the same, and on holidays nobody works",
        delay="working days",
        holidays=(70, 77, 98, 112),
    ),
    World(
        "closing",
        "nobody works for nine days at the end of the year, and few leads come",
        delay="working days",
        closing=(88, 97),
    ),
    World(
        "month_end",
        "in the last three days of a month reps set two to three times as many labels by hand",
        has_month_end_push=True,
    ),
    World(
        "start_up",
        "there are hardly any duplicates at first, because there are hardly any people",
        duplicate_rates=(0.0025, 0.025),
        duplicates_grow=(-150, -30),
    ),
    World(
        "spree_then_threshold",
        "labels by hand for everybody on one day; nine days later the threshold falls",
        onset=99,
        kinds=AGREEMENT,
        spree=90,
        threshold=-5,
        also=OVERRIDES,
        most_alerts=2,
    ),
    _threshold(
        "growing_threshold",
        "the threshold falls by three, a month later by ten",
        -3,
        final_threshold=-10,
        most_alerts=2,
        rule="score",
        also=AGREEMENT,
    ),
    World(
        "field_lost",
        "a form no longer asks for the company's size; the system lost it too",
        onset=90,
        kinds=frozenset({"fill_rate"}),
        rule="large_enough",
        field_lost_on=90,
    ),
    World(
        "field_lost_here",
        "the size no longer arrives here, and the system goes on as before",
        onset=90,
        kinds=frozenset({"fill_rate"}),
        rule="large_enough",
        field_lost_on=90,
        system_keeps_field=True,
    ),
    World(
        "new_country",
        "a form writes a country as a word; the system understands it",
        onset=90,
        kinds=frozenset({"unknown_value"}),
        rule="served_country",
        country_word_from=90,
    ),
    World(
        "back_filled",
        "an integration writes 1,500 labels into past dates",
        onset=90,
        kinds=OVERRIDES | {"back_dated"},
        back_filled_on=90,
    ),
    World(
        "early_clock",
        "the clock of the system is an hour early after a daylight-saving change",
        onset=90,
        kinds=frozenset({"clock_shifted", "back_dated"}),
        early_clock_from=90,
    ),
    *(
        _threshold(
            f"one_{attribute}_{-points}",
            f"the threshold of one {attribute} falls by {-points}",
            points,
            segment=Segment(attribute, 1),  # type: ignore[arg-type]
            leads=600,
        )
        for attribute in ("country", "size")
        for points in (-5, -10, -15)
    ),
    _threshold(
        "since_before_the_reference_ended",
        "the threshold fell by five a fortnight before the reference ended",
        -5,
        onset=42,
        kinds=frozenset({"differs_since_reference"}),
    ),
    World(
        "duplicates_rise",
        "duplicates rise slowly from 2 to 7 %",
        onset=75,
        kinds=frozenset({"duplicates"}),
        duplicate_rates=(0.02, 0.07),
        duplicates_grow=(75, 140),
        most_alerts=1,
    ),
    *(
        _threshold(
            f"small_{'raised' if points > 0 else 'lowered'}_{abs(points)}",
            f"80 leads a day; the threshold moves by {points}",
            points,
            leads=80,
        )
        for points in (-10, -5, 5, 10)
    ),
    World(
        "small_rule_dropped",
        "80 leads a day; the country no longer counts",
        onset=90,
        kinds=OVERRIDES,
        dropped_rule="served_country",
        leads=80,
    ),
    World("small_quiet", "80 leads a day, and nothing happens", leads=80),
    World("quiet", "nothing happens"),
    World("varied_overrides", "overrides differ twice as much from day to day", overrides_vary=0.4),
)
