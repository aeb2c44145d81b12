import pytest

from services.extractor.flat import FlatPage, take_apart
from tests.unit.extractor.pages import ARABIC, BODY, RUSSIAN

TITLE = "Lake above the dam falls to its lowest in years"


def apart(*lines: str) -> FlatPage:
    return take_apart("\n".join(lines))


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ((), ()),
        (
            ("twitter", "ru", "arm", "search", "What are you looking for ?", "A+", "A-"),
            ("Views: 84", "print", "copy link"),
        ),
        (("149", "0"), ("Source link", "You may also like", "Leave a Reply")),
        (
            ("Any use of materials is allowed only with a link to the river.",),
            ("Share via", "Copy link", "Powered by Plugin"),
        ),
        (
            ("This website uses cookies. You can accept them or leave the page.",),
            ("By Editor", "Leave a Reply", "Your email address will not be published."),
        ),
        (
            (),
            (
                "More Stories",
                "Ten dams to see before you die",
                "What is a Turbine and Who Needs One Anyway?",
                "Boats in a Nutshell",
            ),
        ),
        (("الرئيسية", "تابعونا على تلغرام"), ("مواضيع ذات صلة", "سدود العالم الكبرى")),
        (("Главная", "Поиск"), ("Поделиться", "Читайте также", "Плотины мира")),
        (("صفحه نخست", "جستجو"), ("ارسال نظر", "مطالب مرتبط")),
        (
            (),
            (
                "Comments (2)",
                "I do not believe a word of what this minister says, he has lied to us for many years.",
                (
                    "The farmers are right and the council should listen"
                    " to them before it is too late for all of us."
                ),
            ),
        ),
    ],
)
def test_the_article_is_kept_and_the_page_around_it_is_not(
    above: tuple[str, ...], below: tuple[str, ...]
) -> None:
    assert apart(*above, "", *BODY, "", *below).paragraphs == BODY


@pytest.mark.parametrize("body", [ARABIC, RUSSIAN])
def test_scripts_without_english_words_are_prose_as_well(body: tuple[str, ...]) -> None:
    assert apart("الرئيسية", "Печать", *body, "Поделиться").paragraphs == body


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ((TITLE, "", *BODY), TITLE),
        (("twitter", "search", TITLE, "28 February 2024", *BODY), TITLE),
        ((f"Home News {TITLE[:30]}...", TITLE, "149", "0", *BODY), TITLE),
        ((TITLE, "by tomriver", *BODY), TITLE),
        (("Tue. Feb 27th, 2024", *BODY), None),
        (BODY, None),
        ((*BODY, "More Stories", TITLE), None),
        (("هبوط مستوى البحيرة إلى أدنى حد", *ARABIC), "هبوط مستوى البحيرة إلى أدنى حد"),
    ],
)
def test_the_title_is_the_headline_above_the_text_or_none(lines: tuple[str, ...], title: str | None) -> None:
    assert apart(*lines).title == title


def test_one_paragraph_a_line_needs_no_blank_lines() -> None:
    assert take_apart("\n".join(BODY)).paragraphs == BODY


def test_paragraphs_broken_inside_a_sentence_are_one() -> None:
    words = f"{BODY[0]} {BODY[1]}".split()
    broken = "\n\n".join(" ".join(words[at : at + 18]) for at in range(0, len(words), 18))
    assert take_apart(broken).paragraphs == (f"{BODY[0]} {BODY[1]}",)


def test_a_subhead_inside_the_text_stays_a_paragraph() -> None:
    assert apart(BODY[0], "What comes next", BODY[1], BODY[2]).paragraphs == (
        BODY[0],
        "What comes next",
        *BODY[1:3],
    )


def test_a_list_of_other_articles_inside_the_text_goes() -> None:
    lines = (BODY[0], BODY[1], "Related articles", "Ten dams to see", "Boats in a nutshell", BODY[2], BODY[3])
    assert apart(*lines).paragraphs == BODY


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ((TITLE, "28 February 2024 09:15", *BODY), "dateline"),
        (("Tue. Feb 27th, 2024", *BODY), "top"),
        (("Tue. Feb 27th, 2024", "twitter", TITLE, *BODY), "top"),
        ((*BODY, "28 February 2024"), "near"),
    ],
)
def test_a_date_line_knows_where_it_stands(lines: tuple[str, ...], place: str) -> None:
    assert [dated.place for dated in apart(*lines).dated] == [place]


def test_a_label_above_and_below_is_the_section() -> None:
    assert apart("twitter", "WATER", TITLE, *BODY, "telegram", "WATER", "Most read").section == "WATER"
    assert apart("twitter", TITLE, *BODY, "twitter").section is None


@pytest.mark.parametrize("text", ["", "\n\n", "149\n0", "Home\nSearch\nLogin"])
def test_a_page_without_an_article_has_no_paragraphs(text: str) -> None:
    assert take_apart(text).paragraphs == ()
