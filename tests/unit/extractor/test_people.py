import pytest

from services.extractor.people import is_person, sort_byline, split_names


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("By Layla Hassan", ["Layla Hassan"]),
        ("by Layla Hassan and John P. Smith", ["Layla Hassan", "John P. Smith"]),
        ("Layla Hassan, Omar Aziz, and John Smith", ["Layla Hassan", "Omar Aziz", "John Smith"]),
        ("Layla Hassan in Erbil and Omar Aziz in Basra", ["Layla Hassan", "Omar Aziz"]),
        ("Layla Hassan (River Post)", ["Layla Hassan"]),
        ("Layla Hassan; layla@river.example", ["Layla Hassan"]),
        ("بقلم: ليلى حسن", ["ليلى حسن"]),
        ("Автор: Лейла Хасан", ["Лейла Хасан"]),
        ("", []),
    ],
)
def test_a_byline_is_split_into_names(printed: str, names: list[str]) -> None:
    assert split_names(printed) == names


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Layla Hassan", True),
        ("ليلى حسن", True),
        ("Лейла Хасан", True),
        ("Editor", False),
        ("River Post Staff", False),
        ("News Desk", False),
        ("tomriver", False),
        ("water_fan77", False),
        ("layla hassan", False),
        ("هيئة التحرير", False),
        ("سرویس سیاسی", False),
        ("Редакция", False),
        ("https://river.example/layla", False),
        ("Layla", False),
        ("A name that is really a whole sentence", False),
    ],
)
def test_roles_and_user_names_are_no_people(name: str, person: bool) -> None:
    assert is_person(name) is person


def test_one_word_is_a_name_if_the_page_says_so() -> None:
    assert is_person("Layla", said_person=True)


def test_agencies_and_roles_become_credits() -> None:
    people, others = sort_byline("By Layla Hassan, AFP and Editor")
    assert people == ["Layla Hassan"]
    assert [(c.kind, c.name) for c in others] == [("agency", "Agence France-Presse"), ("role", "Editor")]
