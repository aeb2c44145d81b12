import pytest

from services.extractor.agencies import name_agency


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("AP", "Associated Press"),
        ("The Associated Press", "Associated Press"),
        ("(reuters)", "Reuters"),
        ("رويترز", "Reuters"),
        ("ایرنا", "IRNA"),
        ("واع", "Iraqi News Agency"),
        ("ТАСС", "TASS"),
        ("River Post", None),
        ("", None),
    ],
)
def test_an_agency_is_known_by_any_of_its_printings(printed: str, name: str | None) -> None:
    assert name_agency(printed) == name
