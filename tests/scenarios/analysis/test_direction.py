import pytest

from scenarios.analysis.direction import directed


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Growth of the cities", "Growth"),
        ("More debt", "More"),
        ("Rising prices of food", "Rising"),
        ("Increasing trust", "Increasing"),
        ("زيادة عدد السكان", "زيادة"),
        ("الارتفاع في الأسعار", "الارتفاع"),
    ],
)
def test_a_name_that_says_where_it_goes(name: str, word: str) -> None:
    assert directed(name) == word


@pytest.mark.parametrize(
    "name",
    [
        "Population of the cities",
        "Public debt",
        "Price of food",
        "Moreland",
        "أسعار الغذاء",
        "المياه",
    ],
)
def test_a_name_that_does_not(name: str) -> None:
    assert directed(name) == ""
