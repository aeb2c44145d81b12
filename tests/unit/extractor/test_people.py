import pytest

from services.extractor.people import is_person, is_signed, shorten_names, sort_byline, split_names, squash


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
        ("Written by Layla Hassan", ["Layla Hassan"]),
        ("By\nLayla Hassan\nand\nOmar Aziz", ["Layla Hassan", "Omar Aziz"]),
        ("Layla Hassan, Ph.D., M.P.H.", ["Layla Hassan"]),
        ("Layla Hassan MS, RDN, LD", ["Layla Hassan"]),
        ("Layla Hassan July 3, 2025", ["Layla Hassan"]),
        ("Layla Hassan on 3 July 2025", ["Layla Hassan"]),
        ("3 July 2025 Layla Hassan", ["Layla Hassan"]),
        ("Layla O&#039;Hassan", ["Layla O'Hassan"]),
        ("Layla Hassan\nLayla Hassan\n4 min read\nShare", ["Layla Hassan"]),
        ("نووسینی: ئازاد کەریم", ["ئازاد کەریم"]),
        ("By", []),
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
        ("Baghdad Post", False),
        ("Institute for Rivers", False),
        ("Head of Marketing", False),
        ("Tuesday Morning", False),
        ("The Lake Watchers", False),
        ("On Water", False),
        ("Ludwig van Beet", True),
        ("∙ Paid Post", False),
        ("River Alignment Forum", False),
        ("Redazione Lago", False),
    ],
)
def test_roles_and_user_names_are_no_people(name: str, person: bool) -> None:
    assert is_person(name) is person


@pytest.mark.parametrize(
    ("name", "person"), [("Layla", True), ("layla", False), ("LH", False), ("RIVER", False)]
)
def test_one_word_is_a_name_if_the_page_says_so(name: str, person: bool) -> None:
    assert is_person(name, said_person=True) is person


@pytest.mark.parametrize(
    ("line", "signed"),
    [
        ("By Layla Hassan", True),
        ("Written by Layla Hassan", True),
        ("بقلم: ليلى حسن", True),
        ("Layla Hassan", False),
        ("By continuing you agree to all that is written here and also to what is not.", False),
        ("By Tuesday it rained.", False),
    ],
)
def test_a_line_signs_by_its_first_word(line: str, signed: bool) -> None:
    assert is_signed(line) is signed


def test_a_name_is_cut_to_what_its_link_prints() -> None:
    linked = ["Layla Hassan", "Layla", "Omar Aziz"]
    names = ["Layla Hassan Delta Enquirer", "Omar Azizi", "Layla Hassan"]
    assert list(shorten_names(names, linked)) == ["Layla Hassan", "Omar Azizi", "Layla Hassan"]


@pytest.mark.parametrize("name", ["River Post", "the river post", "river-post", "RiverPost"])
def test_a_name_is_squashed_as_addresses_are(name: str) -> None:
    assert squash(name) == "riverpost"


def test_agencies_and_roles_become_credits() -> None:
    people, others = sort_byline("By Layla Hassan, AFP and Editor")
    assert people == ["Layla Hassan"]
    assert [(c.kind, c.name) for c in others] == [("agency", "Agence France-Presse"), ("role", "Editor")]


@pytest.mark.parametrize(
    ("printed", "people", "others"),
    [
        ("Layla Hassan The Associated Press", ["Layla Hassan"], [("agency", "Associated Press")]),
        ("ليلى حسن وكالة رويترز", ["ليلى حسن"], [("agency", "Reuters")]),
        ("River Staff Reuters", [], [("role", "River Staff Reuters")]),
        ("Reuters", [], [("agency", "Reuters")]),
    ],
)
def test_an_agency_printed_behind_a_name_is_no_part_of_it(
    printed: str, people: list[str], others: list[tuple[str, str]]
) -> None:
    found, beside = sort_byline(printed)
    assert (found, [(c.kind, c.name) for c in beside]) == (people, others)


@pytest.mark.parametrize(
    ("printed", "roles"),
    [
        ("Baghdad standards", []),  # "By Baghdad standards, a calm day"
        ("River Post editors", ["River Post editors"]),
        ("layla hassan", ["layla hassan"]),
        ("x", []),
        ("on Friday", []),
        ("about us", []),
    ],
)
def test_what_is_neither_name_nor_role_is_nobody(printed: str, roles: list[str]) -> None:
    people, others = sort_byline(printed)
    assert (people, [c.name for c in others]) == ([], roles)
