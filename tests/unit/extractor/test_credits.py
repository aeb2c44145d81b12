import pytest

from services.extractor.credits import RULES, find_credits, is_credit_line
from tests.unit.extractor.credit_lines import CREDITED, RUNNING


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Layla Hassan contributed reporting from Erbil, Iraq.", [("contributor", "Layla Hassan")]),
        (
            "—Layla Hassan in Erbil and Omar Aziz in Basra contributed to this article.",
            [("contributor", "Layla Hassan"), ("contributor", "Omar Aziz")],
        ),
        (
            "—Layla Hassan in Erbil and Omar Aziz in Basra contributed to this write-up.",  # spun
            [("contributor", "Layla Hassan"), ("contributor", "Omar Aziz")],
        ),
        (
            "Layla Hassan and Omar Aziz in Basra, Iraq, contributed research.",
            [("contributor", "Layla Hassan"), ("contributor", "Omar Aziz")],
        ),
        ("The Associated Press contributed to this report.", [("agency", "Associated Press")]),
        (
            "Reuters and Layla Hassan contributed to this story.",
            [("agency", "Reuters"), ("contributor", "Layla Hassan")],
        ),
        (
            "(Reporting by Layla Hassan and Omar Aziz; Writing by John Smith; Editing by Mary Jones)",
            [
                ("contributor", "Layla Hassan"),
                ("contributor", "Omar Aziz"),
                ("author", "John Smith"),
                ("editor", "Mary Jones"),
            ],
        ),
        ("Additional reporting by Layla Hassan.", [("contributor", "Layla Hassan")]),
        ("Translated from Arabic by Omar Aziz", [("translator", "Omar Aziz")]),
        ("ترجمة: عمر عزيز", [("translator", "عمر عزيز")]),
        (
            "Write to Layla Hassan at layla@river.example and Omar Aziz at omar@river.example",
            [("contact", "Layla Hassan"), ("contact", "Omar Aziz")],
        ),
        ("Compose to Layla Hassan at [email protected]", [("contact", "Layla Hassan")]),  # spun
        (
            "The Delta carries an article about dams in the region, River.Post reprints the article.",
            [("reprint-of", "The Delta"), ("source", "River.Post")],
        ),
        ("This article was originally published in Delta Monthly.", [("reprint-of", "Delta Monthly")]),
        ("Republished with permission from Delta Monthly", [("reprint-of", "Delta Monthly")]),
        ("Source link", [("source", "")]),
        ("Source: Delta Monthly", [("source", "Delta Monthly")]),
        ("المصدر: رويترز", [("source", "Reuters")]),
        ("منبع: ایرنا", [("source", "IRNA")]),
        ("Источник: Дельта", [("source", "Дельта")]),
        (
            "Copyright ©2020 Delta & Sons, Inc. All Rights Reserved. 0123456789abcdef",
            [("copyright", "Delta & Sons")],
        ),
        ("© 2024 Delta Media", [("copyright", "Delta Media")]),
        ("River.post © 2024. .", [("copyright", "River.post")]),
        ("BAGHDAD (Reuters) – The lake above the dam fell again.", [("agency", "Reuters")]),
        ("ERBIL, Iraq (AP) — The lake fell.", [("agency", "Associated Press")]),
        ("BAGHDAD, Nov 17 (Delta Wire) – The lake fell.", [("agency", "Delta Wire")]),
        (
            "This article was first published by Delta Wire on 17 November 2026.",
            [("reprint-of", "Delta Wire")],
        ),
        ("(AFP)", [("agency", "Agence France-Presse")]),
        ("بغداد/ واع - قال الوزير", [("agency", "Iraqi News Agency")]),
        ("By Layla Hassan", [("author", "Layla Hassan")]),
        ("بقلم: ليلى حسن", [("author", "ليلى حسن")]),
        ("by tomriver77", [("role", "tomriver77")]),
        ("By Editor", [("role", "Editor")]),
    ],
)
def test_a_credit_says_who_and_how(line: str, expected: list[tuple[str, str]]) -> None:
    found = find_credits([line])
    assert [(credit.kind, credit.name) for credit in found] == expected
    assert all(credit.text == line for credit in found)


@pytest.mark.parametrize(("line", "expected"), [row for rows in CREDITED.values() for row in rows])
def test_credits_are_known_in_every_language_we_read(line: str, expected: list[tuple[str, str]]) -> None:
    found = find_credits([line])
    assert sorted((credit.kind, credit.name) for credit in found) == sorted(expected)
    assert all(credit.text == line for credit in found)


@pytest.mark.parametrize("line", RUNNING)
def test_an_attribution_in_running_text_is_no_credit(line: str) -> None:
    assert find_credits([line]) == ()
    assert not is_credit_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "The minister contributed to a fund for farmers who lost their herds.",
        "It was a letter written by the minister to the council.",
        "By Sunday, the council had voted.",
        "By the end of the week",
        (
            "The source: a spring above the town, says the map that"
            " hangs in the hall of the council and that nobody reads."
        ),
        "The company published an article about dams.",
        "Officials said (Reuters was told) that it rained.",
        "",
    ],
)
def test_a_sentence_is_no_credit(line: str) -> None:
    assert find_credits([line]) == ()


def test_a_long_paragraph_is_searched_by_its_dateline_only() -> None:
    long = "BASRA (AFP) — " + "The lake fell again and the farmers waited. " * 20
    assert [c.name for c in find_credits([long + "Reporting by Layla Hassan"])] == ["Agence France-Presse"]


def test_each_credit_is_given_once() -> None:
    assert len(find_credits(["(AFP)", "(AFP)", "By Layla Hassan", "By Layla Hassan"])) == 2


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("By Layla Hassan", True),
        ("Source link", True),
        ("© 2024 Delta Media", True),
        ("Write to Layla Hassan at layla@river.example", True),
        ("The Associated Press contributed to this report.", False),
        ("The lake fell.", False),
    ],
)
def test_only_lines_that_are_fields_leave_the_text(line: str, field: bool) -> None:
    assert is_credit_line(line) is field


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
