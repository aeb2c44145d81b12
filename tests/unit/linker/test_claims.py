"""What one text claims of its event."""

from datetime import UTC, datetime

import pytest

from services.classifier.classify import classify
from services.linker.claims import claims_digest, claims_of
from services.linker.sayings import FRONT, SENTENCE, Claim, front_of
from services.tolls import ENDLESS

WEDNESDAY = datetime(2026, 3, 4, 9, tzinfo=UTC).timestamp()


def claims(text: str, title: str | None = None, published: float | None = WEDNESDAY) -> tuple[Claim, ...]:
    named = classify(title, f"{text} It was in Iraq.").entities
    return claims_of(title, text, genre="news", named=named, published=published)


def shown(text: str) -> list[str]:
    return [f"{claim.kind} {claim.value}" for claim in claims(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A drone killed four people.", ["killed 4"]),
        ("At least 5 people were killed and 12 others wounded.", ["killed at least 5", "wounded 12"]),
        ("More than a dozen people died.", ["killed more than a dozen"]),
        ("Between five and seven people died.", ["killed 5 to 7"]),
        ("Five gunmen killed two guards.", ["killed 2 guards"]),
        ("The death toll rose from 3 to 5.", ["killed 5"]),
        ("Dozens of people were killed.", ["killed dozens"]),
        ("The crash killed all 71 people on board.", ["killed 71"]),
        ("Three police officers died.", ["killed 3 police officers"]),
        ("Iran executed three men.", ["executed 3 men"]),
        ("The strike killed four Yemenis and hurt eight.", ["killed 4 Yemenis", "wounded 8"]),
        ("Four people were killed, the most since 2019.", ["killed 4"]),
        ("Nobody was hurt, the army said.", ["killed nobody", "wounded nobody"]),
        ("No one was killed.", ["killed nobody"]),
        ("Six people, two of them children, were killed.", ["killed 6"]),
        ("A soldier and eight guards were wounded.", ["wounded 8 guards"]),
    ],
)
def test_tolls(text: str, found: list[str]) -> None:
    assert shown(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The blast killed or wounded 20 people.",
        "Thirty people were killed and wounded.",
        "In March an attack on the same street killed 12 people.",
        "In an attack in 2019 eight people were killed.",
        "The war has killed 500 people.",
        "Two weeks after an attack that killed nine people, shops opened.",
        "Iran denied that five people were killed.",
        "The militia claimed that it killed 14 soldiers.",
        "A bomb that would have killed hundreds of people was found.",
        "Forty miners are feared dead.",
        "The raid killed 40 sheep.",
        "A court sentenced a man for killing five people.",
        "The quake killed 26 000 people.",
        "Among the dead were 14 villagers, including three children killed at school.",
        "Three people were killed in Kirkuk and two in Mosul.",
        "There were no immediate reports of casualties.",
        "There were no casualties in the camp.",
        "No casualties were reported.",
        "No American was killed.",
    ],
)
def test_what_is_no_toll_of_this_event(text: str) -> None:
    assert [each for each in shown(text) if not each.startswith("day")] == []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("About 40 people were killed.", 34, 47),
        ("A suicide bomber killed five people.", 3, 7),
        ("Up to ten people were killed.", 0, 10),
        ("A bomb killed 30 people. Five of the wounded died in hospital.", 30, ENDLESS),
        ("Three people died, and two more died in hospital.", 3, ENDLESS),
        ("The blast killed three people and two guards.", 3, ENDLESS),
        ("Five people were killed. A second bomb killed three people.", 5, ENDLESS),
        ("A bomb killed four people, police said. The hospital said five people were killed.", 4, 5),
        ("Police said two people were killed while a doctor said five people were killed.", 2, 7),
    ],
)
def test_what_is_uncertain_widens_the_span(text: str, low: int, high: int) -> None:
    claim = claims(text)[0]
    assert (claim.low, claim.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("A drone struck the field on Friday and burned a tank.", "2026-02-27"),
        ("On Tuesday, a rocket hit the base.", "2026-03-03"),
        ("Two bombs exploded on March 1 in Kerman.", "2026-03-01"),
        ("Thieves were arrested on 2 March 2026.", "2026-03-02"),
        ("A rocket hit the base on Thursday.", "2026-03-05"),
        ("The minister said on Monday that rockets hit the base.", None),
        ("A rocket hit the base on 3 January.", None),
        ("The bridge will be closed on Friday.", None),
        ("Another rocket hit the base on Monday.", None),
        ("A rocket hit the base on Monday. The base was hit on Tuesday.", None),
        ("A rocket hit the base on 31 February.", None),
    ],
)
def test_the_day_of_what_happened(text: str, day: str | None) -> None:
    days = [claim.value for claim in claims(text) if claim.kind == "day"]
    assert days == ([day] if day else [])


def test_a_weekday_says_nothing_without_a_day_of_publication() -> None:
    assert claims("A rocket hit the base on Monday.", published=None) == ()


@pytest.mark.parametrize(("part", "span"), [("late", (0, 1)), ("early", (1, 0))])
def test_a_night_is_of_two_days(part: str, span: tuple[int, int]) -> None:
    (claim,) = claims(f"A rocket hit the base {part} on Tuesday.")
    tuesday = datetime(2026, 3, 3, tzinfo=UTC).date().toordinal()
    assert (tuesday - claim.low, claim.high - tuesday) == span


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("Officials blamed Islamic State for the attack.", ["Islamic State"]),
        ("Turkey blamed the PKK for the blast, and the PKK blamed Turkey.",
         ["Turkey", "Kurdistan Workers' Party"]),
        ("Islamic State claimed responsibility for the bombing.", ["Islamic State"]),
        ("The United States accused Iran of firing the rockets.", ["Iran"]),
        ("The attack was claimed by Kataib Hezbollah.", ["Kataib Hezbollah"]),
        ("The general said that Israel was behind the attack.", ["Israel"]),
        ("The United States accused Iran of enriching uranium.", []),
        ("The minister blamed Turkey for the low level of the Tigris.", []),
        ("Iran denied that it was behind the attack.", []),
        ("No group claimed responsibility; officials did not blame Iran.", []),
        ("Officials blamed a short circuit for the fire.", []),
    ],
)  # fmt: skip
def test_who_is_blamed(text: str, blamed: list[str]) -> None:
    assert [claim.value for claim in claims(text) if claim.kind == "blamed"] == blamed


@pytest.mark.parametrize("genre", ["opinion", "roundup", "live", "analysis"])
def test_only_news_tells_of_one_event(genre: str) -> None:
    assert claims_of(None, "A drone killed four people.", genre=genre, named=(), published=WEDNESDAY) == ()


def test_the_evidence_is_the_sentence_where_it_stands() -> None:
    text = "Gen. Saad Harbia spoke in Kirkuk. A drone killed four people. It rained."
    said = claims(text)[0].said
    assert (said.text, said.in_) == ("A drone killed four people.", "text")
    assert text[said.start : said.end] == said.text
    assert claims("It rained.", title="Drone kills four")[0].said.in_ == "title"


def test_only_the_front_is_read_and_no_sentence_is_long() -> None:
    assert claims("It rained. " * (FRONT // 11 + 1) + "A drone killed four people.") == ()
    assert all(len(each.text) <= SENTENCE for each in front_of("x" * 9000, "y" * 9000))


def test_claims_have_a_digest_of_their_rules() -> None:
    assert len(claims_digest()) == 16
