from typing import Any

import pytest

from services.extractor.kinds import KINDS, MIN_CLOCKS, MIN_IMAGES, MIN_UPDATES, Look, kind_of
from services.runtime.reasons import REASONS
from tests.unit.extractor.pages import BODY

FRONT = frozenset(f"Lake number {i} falls again today" for i in range(20))
CLOCKS = tuple(f"{hour}:15 GMT" for hour in range(9, 9 + MIN_CLOCKS))
AGO = ("منذ 5 دقائق", "قبل ساعة", "۱۲:۳۰", "5 минут назад", "3 saat önce")
CONSENT = (
    "We and our 131 partners store and access information such as cookies on your device.",
    "You may change what you agreed to at any time in the settings of this page.",
)


def look(title: str = "Lake above the dam falls", paragraphs: tuple[str, ...] = BODY, **said: Any) -> Look:
    return Look(**{"title": title, "paragraphs": paragraphs, "lines": (title, *paragraphs)} | said)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (look("404", ()), "error-page"),
        (look("Page not found", ()), "error-page"),
        (look("Access Denied", ()), "error-page"),
        (look("الصفحة غير موجودة", ()), "error-page"),
        (look("صفحه مورد نظر یافت نشد", ()), "error-page"),
        (look("پەڕەکە نەدۆزرایەوە", ()), "error-page"),
        (look("Rûpel nehat dîtin", ()), "error-page"),
        (look("Страница не найдена", ()), "error-page"),
        (look("Sayfa bulunamadı", ()), "error-page"),
        (look("River Post", (), lines=("Home", "Oops! That page can’t be found.")), "error-page"),
        (look("Just a moment...", ()), "challenge-page"),
        (look("River Post", (), lines=CONSENT), "cookie-wall"),
        (
            look("River Post", ("Accept all",), lines=("يستخدم " * 12 + "ملفات تعريف الارتباط",)),
            "cookie-wall",
        ),
        (look("Search results for dam", (), headlines=FRONT), "search-results"),
        (look("River Post", (), url="https://r.example/?s=dam", headlines=FRONT), "search-results"),
        (look("نتائج البحث عن سد", (), headlines=FRONT), "search-results"),
        (look("Результаты поиска", (), headlines=FRONT), "search-results"),
        (look("River Post", (), types=frozenset({"SearchResultsPage"})), "search-results"),
        (look(types=frozenset({"LiveBlogPosting"}), article=True, updates=MIN_UPDATES), "live-blog"),
        (look(types=frozenset({"LiveBlogPosting"}), lines=(*BODY, *CLOCKS)), "live-blog"),
        (look("Dam breach: live updates", lines=(*BODY, *CLOCKS)), "live-blog"),
        (look("لحظة بلحظة.. انهيار السد", lines=AGO), "live-blog"),
        (look("پوشش زنده شکست سد", lines=AGO), "live-blog"),
        (look("Прорыв плотины: онлайн-трансляция", lines=AGO), "live-blog"),
        (look("Baraj taştı: dakika dakika", lines=AGO), "live-blog"),
        (look(url="https://r.example/world/live/dam", lines=(*BODY, *CLOCKS)), "live-blog"),
        (look("The dam in pictures", BODY[:1], images=MIN_IMAGES), "gallery"),
        (look("بالصور.. السد بعد الفيضان", BODY[:1], images=MIN_IMAGES, article=True), "gallery"),
        (look("گزارش تصویری از سد", (), images=MIN_IMAGES), "gallery"),
        (look("Плотина: фоторепортаж", (), images=MIN_IMAGES), "gallery"),
        (look(paragraphs=BODY[:1], types=frozenset({"ImageGallery"})), "gallery"),
        (look(paragraphs=BODY[:1], og_type="gallery"), "gallery"),
        (look("Watch: the dam from above", BODY[:1]), "video"),
        (look("فيديو: السد من الجو", BODY[:1]), "video"),
        (look("Видео: плотина с воздуха", BODY[:1]), "video"),
        (look(paragraphs=BODY[:1], url="https://r.example/videos/dam"), "video"),
        (look(paragraphs=BODY[:1], types=frozenset({"VideoObject"})), "video"),
        (look(paragraphs=BODY[:1], og_type="video.other"), "video"),
        (look("World", (), headlines=FRONT), "section-front"),
        (look("World", tuple(sorted(FRONT))[:9] + BODY, headlines=FRONT), "section-front"),
        (look("World", ("Radio", "News", "Sport", "Weather", "a", "b", "c", "d")), "section-front"),
        (look("World", teasers=6), "section-front"),
        (look("World", BODY[:1], types=frozenset({"CollectionPage"})), "section-front"),
        (look("Layla Hassan", BODY[:1], types=frozenset({"ProfilePage"})), "not-an-article"),
    ],
)
def test_a_page_that_is_no_article_is_known_by_its_kind(page: Look, kind: str) -> None:
    found = kind_of(page)
    assert found is not None
    assert found[0] == kind
    assert found[1]


@pytest.mark.parametrize(
    "page",
    [
        look(),
        look("Access denied: how the dam was closed to its engineers"),
        look("Error 404", BODY),
        look(" ".join(["The minister says that the page on the dam was not found"] * 2), BODY[:1]),
        look(lines=("Growth of +500%", "Page not found", *BODY)),
        look("River Post", (), lines=("Growth of +500%",)),
        look(lines=(*BODY, *CONSENT)),
        look(paragraphs=BODY[:2], lines=(*BODY[:2], CONSENT[0])),
        look("River Post", (), lines=CONSENT, article=True),
        look("River Post", (), lines=("Page not found",), article=True),
        look("River Post", BODY[:1], lines=("Page not found", *BODY[:1])),
        look("Search results for dam", headlines=frozenset()),
        look("Search results for dam", headlines=FRONT, article=True),
        look(types=frozenset({"LiveBlogPosting", "NewsArticle"}), article=True, updates=MIN_UPDATES - 1),
        look("Dam breach: live updates", lines=(*BODY, *CLOCKS[1:])),
        look("Long live the lake", lines=(*BODY, *CLOCKS)),
        look("The dam in pictures", images=MIN_IMAGES),
        look("The dam in pictures", BODY[:1], images=MIN_IMAGES - 1),
        look("Watch: the dam from above"),
        look("Watch: the dam from above", BODY[:1], article=True),
        look("Farmers watch the lake fall", BODY[:1]),
        look(headlines=FRONT, titled=True),
        look("World", BODY[:1], headlines=FRONT, article=True),
        look("World", (), headlines=FRONT, og_type="article"),
        look("World", teasers=6, titled=True),
        look("World", teasers=5),
        look(types=frozenset({"ProfilePage", "NewsArticle"}), article=True),
    ],
)
def test_an_article_is_not_taken_for_another_kind(page: Look) -> None:
    assert kind_of(page) is None


def test_every_kind_is_a_reason_of_the_extractor() -> None:
    assert [kind for kind in KINDS if "extractor" not in REASONS[kind].stages] == []
