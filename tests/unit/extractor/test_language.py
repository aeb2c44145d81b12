import pytest

from services.extractor.language import detect_language, language_evidence
from tests.unit.extractor.pages import ARABIC, BODY, RUSSIAN

SAMPLES = {
    "en": " ".join(BODY),
    "ar": " ".join(ARABIC),
    "ru": " ".join(RUSSIAN),
    "fa": (
        "وزیر نیرو روز سه‌شنبه گفت که سطح آب دریاچه پشت سد به پایین‌ترین حد"
        " در یازده سال گذشته رسیده است و توربین‌ها تا تابستان متوقف می‌شود."
    ),
    "ckb": (
        "وەزیری ئاو ڕایگەیاند کە ئاستی ئاوی دەریاچەکە لە یازدە ساڵی ڕابردوودا"
        " دابەزیوە و لەگەڵ پارێزگا گفتوگۆ دەکات بۆ چاککردنەوەی دەروازەکان."
    ),
    "ku": (
        "Wezareta avê ragihand ku asta golê di yazdeh salan de herî nizm bûye û"
        " heke baran nebare dê turbîn berî havînê bisekinin, ji ber ku av kêm e."
    ),
    "tr": (
        "Su bakanlığı salı günü yaptığı açıklamada barajın üstündeki gölün son on bir yılın"
        " en düşük seviyesine indiğini ve yağmur yağmazsa türbinlerin duracağını söyledi."
    ),
    "de": (
        "Das Wasserministerium teilte am Dienstag mit, dass der Pegel des Sees auf den"
        " niedrigsten Stand seit elf Jahren gefallen ist und die Turbinen nicht weiter laufen."
    ),
    "fr": (
        "Le ministère de l'eau a déclaré mardi que le niveau du lac était tombé au plus"
        " bas depuis onze ans et que les turbines s'arrêteraient avant l'été dans la vallée."
    ),
}


@pytest.mark.parametrize(("language", "text"), SAMPLES.items())
def test_the_language_is_that_of_the_text(language: str, text: str) -> None:
    assert detect_language(text) == language


def test_one_foreign_line_does_not_change_the_language() -> None:
    assert detect_language(SAMPLES["en"] + "\n\nСсылка скопирована") == "en"


@pytest.mark.parametrize(
    "text", ["", "…", "2024 2025", "ok", "水位は十一年ぶりの低さとなった。", "xk qz vv ww jj kk pp"]
)
def test_no_language_is_better_than_a_wrong_one(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(
    ("found", "label", "confidence", "supported", "others"),
    [
        ("ar", "ar", 0.99, ("html-lang",), ()),
        ("ku", "kmr", 0.99, ("html-lang",), ()),
        ("ar", "en", 0.9, (), ("en",)),
        ("ar", None, 0.9, (), ()),
        (None, "en", 0.0, (), ("en",)),
    ],
)
def test_a_label_supports_the_language_or_is_shown_beside_it(
    found: str | None,
    label: str | None,
    confidence: float,
    supported: tuple[str, ...],
    others: tuple[str, ...],
) -> None:
    (why,) = language_evidence(found, label)
    assert (why.field, why.source, why.confidence) == ("language", "text", confidence)
    assert (why.supported_by, why.alternatives) == (supported, others)


def test_no_language_and_no_label_is_no_evidence() -> None:
    assert language_evidence(None, None) == ()
