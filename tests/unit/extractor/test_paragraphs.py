import pytest

from services.extractor.paragraphs import clean_paragraphs, ends_sentence, fold_line, is_broken, rejoin
from tests.unit.extractor.pages import BODY

LONG = "The water ministry said on Tuesday that the level of the lake above the dam had fallen"


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        (LONG, "to its lowest in years.", True),
        (LONG, "Sunday was calm.", True),  # broken before a capital: too long for a subhead
        (LONG, "2014 levels were higher.", True),
        (LONG, "… and so on.", True),
        ("He said", "that it rained.", True),
        ("What comes next", "The council votes on Sunday.", False),  # a subhead
        (LONG + ".", "the rest", False),
        (LONG + ".”", "Sunday", False),
        (LONG + ":", "First point", False),
        (
            (
                "قال الوزير إن الحكومة ستناقش مع المحافظة خطة لإصلاح"
                " البوابات السفلى قبل موسم الفيضانات المقبل في"
            ),
            "تشرين الثاني.",
            True,
        ),
        (
            (
                "قال الوزير إن الحكومة ستناقش مع المحافظة خطة لإصلاح"
                " البوابات السفلى قبل موسم الفيضانات المقبل هذا العام"
            ),
            "وأضاف أن",
            False,
        ),
    ],
)
def test_a_break_inside_a_sentence_is_known(before: str, after: str, broken: bool) -> None:
    assert is_broken(before, after) is broken


def test_broken_paragraphs_are_put_together_with_a_space() -> None:
    assert rejoin([LONG, "to its lowest.", "He spoke", "for long.", BODY[1]]) == [
        f"{LONG} to its lowest.",
        "He spoke for long.",
        BODY[1],
    ]


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        ("  one\u00a0two \t three ", "one two three"),
        ('target.< img src= "https://a.example/1.jpeg?w=7&h=4"/ > Farmers wait', "target. Farmers wait"),
        ("<b>bold</b> and < br / >break", "bold and break"),
        ("if a < b and b > c", "if a < b and b > c"),
        ("می‌شود", "می‌شود"),
    ],
)
def test_markup_debris_goes_and_joiners_stay(line: str, folded: str) -> None:
    assert fold_line(line) == folded


@pytest.mark.parametrize("line", ["One.", "One?", "“One.”", "One.)", "واحد؟", "پایان.", "one…", "he said. “"])
def test_a_sentence_may_end_in_many_ways(line: str) -> None:
    assert ends_sentence(line)


def test_paragraphs_lose_furniture_lists_and_what_follows_the_article() -> None:
    lines = [
        "Lake falls", BODY[0], BODY[0], "Related articles", ("Ten dams to see"
" before you die"), BODY[1], "Share this",
        BODY[2], "Leave a Reply", ("I have never read such nonsense in my"
" whole life, and I have read a lot of it."),
    ]  # fmt: skip
    assert clean_paragraphs(lines, "Lake falls") == list(BODY[:3])


def test_a_link_to_the_comments_above_the_article_does_not_end_it() -> None:
    assert clean_paragraphs(["Leave a Reply", *BODY]) == list(BODY)


BIO = "Layla Hassan is a reporter at the River Post."


def test_notes_on_the_author_go_from_the_end_alone() -> None:
    assert clean_paragraphs([*BODY, BIO, "Follow her on social media."]) == list(BODY)
    assert clean_paragraphs([*BODY[:2], BIO, *BODY[2:]]) == [*BODY[:2], BIO, *BODY[2:]]
    assert clean_paragraphs([BODY[0], BODY[1], BIO]) == [BODY[0], BODY[1], BIO]  # too little to judge by


@pytest.mark.parametrize(("notice", "ends"), [("x" * 299 + ".", False), ("x" * 401 + ".", True)])
def test_comments_end_an_article_that_has_been_seen(notice: str, ends: bool) -> None:
    assert (BODY[0] not in clean_paragraphs([notice, "Comments", BODY[0]])) is ends
