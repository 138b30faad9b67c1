"""Who is one person: properties that hold for any records, checked on the project's own SQL."""

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.conftest import Built
from tests.python.identity import Known, Record, World, compiled, groups_of, joined_by_hand

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
def test_people_are_those_that_union_and_find_gives(sql: Sql, known: Known) -> None:
    """NULL and blank e-mails link no records; an address in many records duplicates no row."""
    assert groups_of(World(sql).build(known)) == by_hand(known)


@SLOW
@given(worlds(), st.randoms())
def test_neither_order_nor_labels_of_records_matter(
    sql: Sql, known: Known, shuffle: object
) -> None:
    shuffled = list(known.records)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]
    new = {each.key: number for number, each in enumerate(shuffled, start=1)}
    renamed = Known(
        tuple(Record(new[each.key], each.email, each.day) for each in shuffled),
        tuple((new[other], new[one]) for one, other in known.links),
    )
    groups = groups_of(World(sql).build(renamed))
    assert groups == {
        frozenset(new[key] for key in group) for group in groups_of(World(sql).build(known))
    }


@SLOW
@given(worlds(), st.integers(0, 9))
def test_two_builds_find_the_same_people_as_one(sql: Sql, known: Known, number: int) -> None:
    world = World(sql)
    early = known.without(*(each.key for each in known.records[number:]))
    if early.records:
        world.build(early, day=50)
    persons = world.build(known)
    assert groups_of(persons) == by_hand(known)
    history = world.id_history()
    assert world.build(known) == persons
    assert world.id_history() == history, "nothing changed, so nothing is added"


@SLOW
@given(worlds(), st.data())
def test_ids_stay_when_records_come_and_go(sql: Sql, known: Known, data: st.DataObject) -> None:
    """The same set of records keeps its id; no id ever belongs to two people."""
    world, keys = World(sql), [each.key for each in known.records]
    before: dict[int, int] = {}
    for day in range(3):
        gone = data.draw(st.lists(st.sampled_from(keys), max_size=len(keys) - 1, unique=True))
        pair = st.tuples(st.sampled_from(keys), st.sampled_from(keys))
        apart = data.draw(st.lists(pair, max_size=2))
        now = Known(known.records, known.links, separated=tuple(apart)).without(
            *gone[: len(keys) - 1]
        )
        persons = world.build(now, day=100 + day)
        assert groups_of(persons) == by_hand(now)
        for group in groups_of(before) & groups_of(persons):
            one = next(iter(group))
            assert persons[one] == before[one]
        before = persons


def test_the_first_build_names_people_after_their_oldest_record(sql: Sql) -> None:
    known = Known((Record(1, ADDRESSES[0], 5), Record(2, ADDRESSES[0], 3), Record(3)))
    assert World(sql).build(known) == {1: 2, 2: 2, 3: 3}


def test_null_and_blank_addresses_link_no_records(sql: Sql) -> None:
    blank = tuple(Record(key, address) for key, address in enumerate([*BLANKS, *BLANKS]))
    assert len(groups_of(World(sql).build(Known(blank)))) == len(blank) == 2 * len(BLANKS)


def test_two_john_smiths_at_one_company_stay_two(sql: Sql) -> None:
    johns = (Record(1, "john.smith@acme.com"), Record(2, "john.smith2@acme.com"), Record(3, None))
    assert len(groups_of(World(sql).build(Known(johns)))) == 3


def test_an_older_record_that_comes_later_changes_no_id(sql: Sql) -> None:
    world, late = World(sql), Record(9, ADDRESSES[0], day=0)
    young = Record(5, ADDRESSES[0], day=40)
    world.build(Known((young,)), day=50)
    assert world.build(Known((young, late)), day=60) == {5: 5, 9: 5}


def test_when_two_people_join_the_id_issued_first_is_kept(sql: Sql) -> None:
    world, one, other = World(sql), Record(1, day=30), Record(2, day=10)
    world.build(Known((one,)), day=50)
    world.build(Known((one, other)), day=60)
    assert world.build(Known((one, other), links=((1, 2),)), day=70) == {1: 1, 2: 1}
    assert world.id_history()[-1] == (2, 1, 2, "joined")


def test_when_a_person_splits_the_founding_record_keeps_the_id(sql: Sql) -> None:
    world = World(sql)
    records = (Record(1, day=1), Record(2, day=2), Record(3, day=3))
    whole = Known(records, links=((1, 2), (2, 3)))
    assert set(world.build(whole).values()) == {1}
    parted = Known(records, links=((2, 3),))
    assert world.build(parted, day=101) == {1: 1, 2: 2, 3: 2}
    assert world.id_history()[-1] == (3, 2, 1, "split")
    assert set(world.build(whole, day=102).values()) == {1}
    assert world.build(parted, day=103) == {1: 1, 2: 2, 3: 2}, "the earlier id comes back"


def test_an_id_without_its_founding_record_goes_to_the_oldest_record_that_had_it(sql: Sql) -> None:
    world = World(sql)
    records = (Record(1, day=1), Record(2, day=2), Record(3, day=3))
    world.build(Known(records, links=((1, 2), (2, 3))))
    assert world.build(Known(records[1:], links=((2, 3),)), day=101) == {2: 1, 3: 1}
    assert world.build(Known(records[1:]), day=102) == {2: 1, 3: 3}
    back = Known(records, links=((2, 3),))
    assert world.build(back, day=103) == {1: 1, 2: 3, 3: 3}, "the founding record takes its own id"


def test_a_build_that_looks_back_reads_the_history_of_then_and_leaves_no_trace(sql: Sql) -> None:
    world = World(sql)
    one, other = Record(1, day=30), Record(2, day=10)
    apart, together = Known((one, other)), Known((one, other), links=((1, 2),))
    world.build(Known((one,)), day=50)
    now = world.build(together, day=70)
    assert now == {1: 1, 2: 1}
    assert world.build(apart, day=60) == {1: 1, 2: 2}
    count = len(world.id_history())
    assert world.build(apart, day=60) == {1: 1, 2: 2}
    assert world.build(together, day=70) == now
    assert world.build(together, day=80) == now
    assert len(world.id_history()) == count


def test_a_reviewer_decides_over_all_other_links(sql: Sql) -> None:
    records = (*(Record(key, ADDRESSES[0], key) for key in (1, 2, 3)), Record(4))
    known = Known(records, joined=((1, 4),), separated=((1, 2),))
    assert groups_of(World(sql).build(known)) == {frozenset({1, 4}), frozenset({2, 3})}


def test_a_placeholder_address_links_no_records_but_a_reviewed_join_does(sql: Sql) -> None:
    records = tuple(Record(key, "noone@nowhere.com") for key in range(1, 14))
    assert len(groups_of(World(sql).build(Known(records)))) == 13
    assert len(groups_of(World(sql).build(Known(records, joined=((1, 2),))))) == 12
