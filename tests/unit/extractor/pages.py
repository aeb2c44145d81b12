"""Pages of an invented press, and what a fetcher would make of them."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from schemas.records import Discovered, RawPage, Rights, Robots

FETCHED = datetime(2024, 3, 1, 12, tzinfo=UTC)
URL = "https://www.river.example/world/2024/02/28/dam"

BODY = (
    (
        "The water ministry said on Tuesday that the level of the lake above the dam had fallen to its"
        " lowest, and that the turbines would stop before summer if no rain came."
    ),
    (
        "“We have two months, perhaps three,” the minister told reporters in Darbandikhan, where farmers had"
        " blocked the road since morning to ask for fodder and for seed."
    ),
    (
        "Engineers who inspected the spillway last week found no damage, but they recommended that the lower"
        " gates be renewed before the next flood season begins in November."
    ),
    (
        "The provincial council will vote on the budget for the repair on Sunday; two of its members said"
        " they would abstain unless the towns downstream were heard first."
    ),
)
ARABIC = (
    (
        "قالت وزارة الموارد المائية يوم الثلاثاء إن مستوى البحيرة فوق السد انخفض إلى أدنى حد له"
        " منذ أحد عشر عاما،"
        " وإن التوربينات ستتوقف قبل الصيف إذا لم تهطل الأمطار."
    ),
    (
        "وأضاف الوزير في حديث مع الصحفيين أن الحكومة ستناقش مع المحافظة خطة لإصلاح البوابات السفلى قبل موسم"
        " الفيضانات المقبل الذي يبدأ في تشرين الثاني."
    ),
    (
        "وكان المزارعون قد أغلقوا الطريق منذ الصباح للمطالبة بالأعلاف والبذور، كما طالبوا المجلس"
        " بأن يستمع إلى"
        " البلدات الواقعة أسفل السد."
    ),
)
RUSSIAN = (
    (
        "Министерство водных ресурсов сообщило во вторник, что уровень озера над плотиной упал до"
        " самой низкой"
        " отметки за одиннадцать лет и что турбины остановятся до лета, если не пойдут дожди."
    ),
    (
        "Министр сказал журналистам, что правительство обсудит с провинцией план ремонта нижних затворов до"
        " следующего паводка, который начинается в ноябре, и что деньги на это уже найдены."
    ),
    (
        "Фермеры с утра перекрыли дорогу и требуют корма и семян, а два члена совета заявили, что не будут"
        " голосовать за бюджет, пока не выслушают жителей городов ниже по течению."
    ),
)


def raw(body: bytes | str, **fields: Any) -> RawPage:
    """A fetched page; anything may be said otherwise."""
    content = body.encode() if isinstance(body, str) else body
    given: dict[str, Any] = {
        "page_id": sha256(URL.encode()).hexdigest(),
        "url": URL,
        "requested_url": URL,
        "canonical_url": URL,
        "status": 200,
        "content_type": "text/html",
        "charset": None,
        "body": content,
        "body_sha256": sha256(content).hexdigest(),
        "fetched_at": FETCHED,
        "robots": Robots(verdict="allowed"),
        "rights": Rights(),
        "discovered": Discovered(via="rss", source_id="river-post"),
        "lane": "live",
    }
    return RawPage(**(given | fields))


def html(
    *,
    head: str = "",
    above: str = "",
    body: tuple[str, ...] = BODY,
    below: str = "",
    h1: str = "Lake falls, turbines may stop",
) -> str:
    """A page with a menu, a headline, an article and a footer."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f"<!doctype html><html><head>{head}</head><body>"
        "<nav><a href='/'>Home</a> <a href='/w'>World</a></nav>"
        f"<main><article><h1>{h1}</h1>{above}{text}{below}</article></main>"
        "<footer><p>© 2024 River Post</p></footer></body></html>"
    )


def flat(*lines: str) -> RawPage:
    """A flattened page."""
    return raw("\n".join(lines), content_type="text/plain", url="https://river.example/x")


def linked(json: str) -> str:
    """The JSON-LD of an article with these members."""
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {json}}}</script>'
