"""Mutations are planted where a person could be wrong, and a test that sees one catches it."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from funnel.cli import funnel
from funnel.mutation.draw import draw_mutations, key_of, share_out
from funnel.mutation.edits import list_sites
from tests.python.conftest import Built


def mutants(sql: str) -> list[str]:
    return [edit.apply(sql) for site in list_sites(sql) for edit in site]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("from a left join b on a.x = b.x", ["from a inner join b on a.x = b.x"]),
        ("where a <= 1", ["where a < 1"]),
        ("where a between 1 and 2 and b", ["where a between 1 and 2 or b"]),
        ("from a cross join b on a.x = b.x and a.y = b.y", []),
        ("select max(a)", ["select min(a)", "select sum(a)"]),
        ("order by a, b desc", ["order by a desc, b desc", "order by a, b asc"]),
        ("(order by a rows between 1 preceding)", ["(order by a desc rows between 1 preceding)"]),
        ("select 1 union all select 2", ["select 1 union select 2"]),
        ("coalesce(f(a, b), 0)", ["(f(a, b))", "coalesce(f(a, b), 1)"]),
        ("coalesce(a, b)", []),
        ("select a + 1", ["select a"]),
        ("select -1, a - 12", []),
        ("count(distinct a)", ["count(a)"]),
        ("a is not distinct from b", ["a = b"]),
        ("-- a left join b\nselect 'min(a) <' /* or */", []),
        ("{# a or b #} {% if a < b %} {{ exact_sum('max(a) }}') }} {% endif %}", []),
    ],
)
def test_one_place_is_changed_and_none_in_comments_jinja_or_text(
    sql: str, expected: Sequence[str]
) -> None:
    assert mutants(sql) == expected


def test_a_seed_draws_the_same_mutations_again_and_as_many_in_each_folder() -> None:
    drawn = draw_mutations(3)
    assert drawn == draw_mutations(3)
    assert drawn != draw_mutations(4)
    shares = share_out(14 * 20, drawn)
    assert set(shares.values()) == {20}, shares


def test_a_mutation_is_caught_by_the_test_that_sees_it(built: Built, tmp_path: Path) -> None:
    """A company is no longer lost when it has another subscription: `or` instead of `and`."""
    drawn = [each for each in draw_mutations(1)["lifecycle"] if each.edit.kind == "and/or"]
    caught = next(each for each in drawn if each.model == "int_revenue_losses_detected")
    earlier = tmp_path / "earlier.csv"
    with earlier.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "before", "after", "fate"])
        writer.writerow([*key_of(caught), "survived"])
    before = built.database.read_bytes()
    out = tmp_path / "mutations.csv"
    options = ["--database", str(built.database), "--again", str(earlier), "--out", str(out)]
    outcome = CliRunner().invoke(funnel, ["mutate", *options])
    assert outcome.exit_code == 0, outcome.output
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["fate"], row["line"]) == ("caught", str(caught.line(Path(row["file"]).read_text())))
    assert row["by"].startswith("unit test ")
    assert built.database.read_bytes() == before


def test_a_folder_that_does_not_exist_is_named() -> None:
    outcome = CliRunner().invoke(funnel, ["mutate", "--folder", "sale"])
    assert outcome.exit_code == 2
    assert "no folder sale" in outcome.output
