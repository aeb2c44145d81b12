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


NEIGHBOURS = {
    "es": (
        "El ministerio del agua dijo el martes que el nivel del lago sobre la presa había caído a su punto"
        " más bajo en once años y que las turbinas se detendrán antes del verano si no llueve."
    ),
    "it": (
        "Il ministero dell'acqua ha detto martedì che il livello del lago sopra la diga è sceso al punto più"
        " basso da undici anni e che le turbine si fermeranno prima dell'estate se non pioverà."
    ),
    "pt": (
        "O ministério da água disse na terça-feira que o nível do lago acima da barragem caiu ao ponto mais"
        " baixo em onze anos e que as turbinas vão parar antes do verão se não chover."
    ),
    "nl": (
        "Het ministerie van water zei dinsdag dat het peil van het meer boven de dam tot het laagste punt in"
        " elf jaar is gedaald en dat de turbines voor de zomer zullen stoppen als het niet regent."
    ),
    "ro": (
        "Ministerul apelor a declarat marți că nivelul lacului de deasupra barajului a scăzut la cel mai mic"
        " nivel din ultimii unsprezece ani și că turbinele se vor opri înainte de vară dacă nu plouă."
    ),
    "id": (
        "Kementerian air mengatakan pada hari Selasa bahwa permukaan danau di atas bendungan telah turun ke"
        " titik terendah dalam sebelas tahun dan turbin akan berhenti jika tidak ada hujan."
    ),
    "pl": (
        "Ministerstwo wody poinformowało we wtorek, że poziom jeziora nad zaporą spadł do najniższego punktu"
        " od jedenastu lat i że turbiny zatrzymają się przed latem, jeśli nie będzie padać."
    ),
    "sv": (
        "Vattenministeriet sade på tisdagen att nivån i sjön ovanför dammen har sjunkit till den lägsta på"
        " elva år och att turbinerna kommer att stanna före sommaren om det inte regnar."
    ),
    "uk": (
        "Міністерство водних ресурсів повідомило у вівторок, що рівень озера над греблею впав до найнижчої"
        " позначки за одинадцять років і що турбіни зупиняться до літа, якщо не буде дощів."
    ),
    "az": (
        "Su nazirliyi çərşənbə axşamı bildirib ki, bəndin üstündəki gölün səviyyəsi son on bir ilin ən aşağı"
        " həddinə düşüb və yağış yağmasa turbinlər yaya qədər dayanacaq."
    ),
    "ur": (
        "وزارت آب نے منگل کو کہا کہ ڈیم کے اوپر جھیل کی سطح گیارہ سال کی کم ترین حد تک گر گئی ہے اور اگر"
        " بارش نہ ہوئی تو ٹربائن گرمیوں سے پہلے بند ہو جائیں گے۔"
    ),
    "ps": (
        "د اوبو وزارت د سې شنبې په ورځ وویل چې د بند پر سر د جهيل کچه په یوولسو کلونو کې تر ټولو ټیټ حد ته"
        " رسېدلې ده او که باران ونه شي نو توربینونه به ودریږي."
    ),
}


@pytest.mark.parametrize(("language", "text"), (SAMPLES | NEIGHBOURS).items())
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
