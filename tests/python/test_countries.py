"""The seed country_names is what `funnel countries` makes of Unicode's names."""

import pytest

from funnel.countries import SEED, countries, names, seed_text


def test_the_seed_is_up_to_date() -> None:
    """The seed is written again when the lists change or Babel is upgraded."""
    assert SEED.read_text(encoding="utf-8") == seed_text()


def test_every_country_has_its_codes_and_a_name() -> None:
    """The code of two letters, that of three, and at least one name."""
    found = names()
    assert len(countries()) == 249
    for country in countries():
        mine = [name for name, owner in found.items() if owner == country]
        assert country.lower() in mine
        assert len([name for name in mine if len(name) == 3]) >= 1
        assert len([name for name in mine if len(name) > 3]) >= 1


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("united states of america", "US"),
        ("uk", "GB"),
        ("deutschland", "DE"),
        ("osterreich", "AT"),
        ("österreich", "AT"),
        ("netherlands", "NL"),
        ("korea republic of", "KR"),
        ("日本", "JP"),
        ("czech republic", "CZ"),
        ("north korea", "KP"),
        ("niger", "NE"),
    ],
)
def test_a_name_is_that_of_its_country(name: str, country: str) -> None:
    """Own names, English ones, those of other languages, with and without accents."""
    assert names()[name] == country
