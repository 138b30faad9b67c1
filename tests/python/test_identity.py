"""Who is one person: properties that hold for any records, checked on the project's own SQL."""

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.conftest import Built
from tests.python.identity import Known, Record, World, compiled, humans, joined_by_hand

Sql = Mapping[str, str]
ADDRESSES = ["ann@acme.com", "bob@acme.com", "cyd@home.org"]
BLANKS = [None, "", "  ", "\u00a0", "n/a", "none", "@", "info@acme.com"]
SLOW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def sql(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Sql:
    return compiled(built, tmp_path_factory.mktemp("identity"))


@st.composite
def worlds(draw: st.DrawFn) -> Known:
    """Up to nine records under random keys, addresses that repeat or say nothing, some links."""
    keys = draw(st.lists(st.integers(1, 10**15), min_size=1, max_size=9, unique=True))
    emails = st.sampled_from([*ADDRESSES, *BLANKS])
    records = [Record(key, draw(emails), draw(st.integers(0, 5))) for key in keys]
    pair = st.tuples(st.sampled_from(keys), st.sampled_from(keys))
    return Known(tuple(records), tuple(draw(st.lists(pair, max_size=4))))


def by_hand(known: Known) -> set[frozenset[int]]:
    """Who is who by union and find; separated records keep joins alone."""
    alone = {record for record, _ in known.separated}
    pairs = [
        (one.key, other.key)
        for one, other in combinations(known.records, 2)
        if one.email == other.email and one.email in ADDRESSES
    ]
    keys = {record.key for record in known.records}
    pairs = [pair for pair in [*pairs, *known.links] if keys.issuperset(pair)]
    kept = [pair for pair in pairs if not alone.intersection(pair)]
    return joined_by_hand(keys, [*kept, *known.joined])


@SLOW
@given(worlds())
def test_people_are_what_union_and_find_says(sql: Sql, known: Known) -> None:
    """NULL and blank e-mails link nobody, and an address in many records doubles no row."""
    assert humans(World(sql).build(known)) == by_hand(known)


@SLOW
@given(worlds(), st.randoms())
def test_neither_order_nor_labels_of_records_matter(sql: Sql, known: Known, chance: object) -> None:
    shuffled = list(known.records)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    new = {each.key: number for number, each in enumerate(shuffled, start=1)}
    renamed = Known(
        tuple(Record(new[each.key], each.email, each.day) for each in shuffled),
        tuple((new[other], new[one]) for one, other in known.links),
    )
    told = humans(World(sql).build(renamed))
    assert told == {
        frozenset(new[key] for key in human) for human in humans(World(sql).build(known))
    }


@SLOW
@given(worlds(), st.integers(0, 9))
def test_two_builds_give_the_people_of_one(sql: Sql, known: Known, number: int) -> None:
    world = World(sql)
    early = known.without(*(each.key for each in known.records[number:]))
    if early.records:
        world.build(early, day=50)
    told = world.build(known)
    assert humans(told) == by_hand(known)
    noted = world.noted()
    assert world.build(known) == told
    assert world.noted() == noted, "nothing changed, so nothing is added"


@SLOW
@given(worlds(), st.data())
def test_ids_outlive_whatever_comes_and_goes(sql: Sql, known: Known, data: st.DataObject) -> None:
    """Whoever stays the same set of records keeps its id; no id is ever two people's."""
    world, keys = World(sql), [each.key for each in known.records]
    before: dict[int, int] = {}
    for day in range(3):
        gone = data.draw(st.lists(st.sampled_from(keys), max_size=len(keys) - 1, unique=True))
        pair = st.tuples(st.sampled_from(keys), st.sampled_from(keys))
        apart = data.draw(st.lists(pair, max_size=2))
        now = Known(known.records, known.links, separated=tuple(apart)).without(
            *gone[: len(keys) - 1]
        )
        told = world.build(now, day=100 + day)
        assert humans(told) == by_hand(now)
        for human in humans(before) & humans(told):
            one = next(iter(human))
            assert told[one] == before[one]
        before = told


def test_the_first_build_calls_people_after_their_oldest_record(sql: Sql) -> None:
    known = Known((Record(1, ADDRESSES[0], 5), Record(2, ADDRESSES[0], 3), Record(3)))
    assert World(sql).build(known) == {1: 2, 2: 2, 3: 3}


def test_null_and_blank_addresses_join_nobody(sql: Sql) -> None:
    blank = tuple(Record(key, address) for key, address in enumerate([*BLANKS, *BLANKS]))
    assert len(humans(World(sql).build(Known(blank)))) == len(blank) == 2 * len(BLANKS)


def test_two_john_smiths_at_one_company_stay_two(sql: Sql) -> None:
    johns = (Record(1, "john.smith@acme.com"), Record(2, "john.smith2@acme.com"), Record(3, None))
    assert len(humans(World(sql).build(Known(johns)))) == 3


def test_an_older_record_that_comes_later_changes_no_id(sql: Sql) -> None:
    world, late = World(sql), Record(9, ADDRESSES[0], day=0)
    young = Record(5, ADDRESSES[0], day=40)
    world.build(Known((young,)), day=50)
    assert world.build(Known((young, late)), day=60) == {5: 5, 9: 5}


def test_of_two_who_join_the_id_issued_first_lives_on(sql: Sql) -> None:
    world, one, other = World(sql), Record(1, day=30), Record(2, day=10)
    world.build(Known((one,)), day=50)
    world.build(Known((one, other)), day=60)
    assert world.build(Known((one, other), links=((1, 2),)), day=70) == {1: 1, 2: 1}
    assert world.noted()[-1] == (2, 1, 2, "joined")


def test_who_splits_leaves_the_id_with_the_founder(sql: Sql) -> None:
    world = World(sql)
    records = (Record(1, day=1), Record(2, day=2), Record(3, day=3))
    whole = Known(records, links=((1, 2), (2, 3)))
    assert set(world.build(whole).values()) == {1}
    parted = Known(records, links=((2, 3),))
    assert world.build(parted, day=101) == {1: 1, 2: 2, 3: 2}
    assert world.noted()[-1] == (3, 2, 1, "split")
    assert set(world.build(whole, day=102).values()) == {1}
    assert world.build(parted, day=103) == {1: 1, 2: 2, 3: 2}, "the id of former times comes back"


def test_an_id_outlives_its_founder_and_goes_to_the_oldest_bearer(sql: Sql) -> None:
    world = World(sql)
    records = (Record(1, day=1), Record(2, day=2), Record(3, day=3))
    world.build(Known(records, links=((1, 2), (2, 3))))
    assert world.build(Known(records[1:], links=((2, 3),)), day=101) == {2: 1, 3: 1}
    assert world.build(Known(records[1:]), day=102) == {2: 1, 3: 3}
    back = Known(records, links=((2, 3),))
    assert world.build(back, day=103) == {1: 1, 2: 3, 3: 3}, "the founder takes its own"


def test_looking_back_sees_what_was_noted_then_and_leaves_no_trace(sql: Sql) -> None:
    world = World(sql)
    one, other = Record(1, day=30), Record(2, day=10)
    apart, together = Known((one, other)), Known((one, other), links=((1, 2),))
    world.build(Known((one,)), day=50)
    now = world.build(together, day=70)
    assert now == {1: 1, 2: 1}
    assert world.build(apart, day=60) == {1: 1, 2: 2}
    count = len(world.noted())
    assert world.build(apart, day=60) == {1: 1, 2: 2}
    assert world.build(together, day=70) == now
    assert world.build(together, day=80) == now
    assert len(world.noted()) == count


def test_a_reviewer_has_the_last_word(sql: Sql) -> None:
    records = (*(Record(key, ADDRESSES[0], key) for key in (1, 2, 3)), Record(4))
    known = Known(records, joined=((1, 4),), separated=((1, 2),))
    assert humans(World(sql).build(known)) == {frozenset({1, 4}), frozenset({2, 3})}


def test_a_junk_address_links_nobody_and_a_reviewed_join_still_does(sql: Sql) -> None:
    records = tuple(Record(key, "noone@nowhere.com") for key in range(1, 14))
    assert len(humans(World(sql).build(Known(records)))) == 13
    assert len(humans(World(sql).build(Known(records, joined=((1, 2),))))) == 12
