"""Articles written for these tests: one event in three newsrooms' words, its copies, and look-alikes."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from schemas.records import (
    Access,
    ClassifiedArticle,
    CountryRelevance,
    Credit,
    Discovered,
    Published,
    Quality,
    Revision,
    Rights,
    Source,
    Weighed,
)

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

WIRE = """\
The State Department on Wednesday renewed the waiver that lets Iraq pay for Iranian electricity, \
giving Baghdad another ninety days to find other suppliers, three officials said.

Iraqi Prime Minister Mustafa al-Kadhimi had asked for a longer term during talks at the White House, \
but American officials told the Iraqi delegation that the Trump administration wanted faster \
progress on the gas fields of Basra. "We expect meters to be read and bills to be paid," said Ned \
Price, the State Department spokesman, in a joint statement with the Iraqi oil ministry.

Iran supplies about 1,200 megawatts to its neighbour, most of it over two lines that cross the \
border near Mandali. The foreign minister of Iran said the arrears had reached $2.7 billion and that \
its supreme leader would not accept payment in goods for ever.

Security forces guard the pylons in Diyala, where militias backed by Tehran blew up four of them \
last month. A senior military official said combat troops would stay in the Middle East as long as \
rocket attacks on convoys went on, and that the prime minister had been told so at the news \
conference.

The human rights commission in Baghdad warned that hospitals in southern Iraq could not go through \
another summer on generators. Last week the Supreme Court threw out a case against the electricity \
minister."""

SECOND = """\
Baghdad has three more months in which it may buy power from Tehran without fear of American \
sanctions. The extension of the waiver, announced in Washington on Wednesday, is shorter than the \
half year that Mustafa al-Kadhimi went to ask for.

Diplomats put that down to impatience. Iraq flares enough gas around Basra to run its own turbines, \
yet little has been captured since the first waiver was granted, and 1,200 megawatts still come over \
the border at Mandali. Four pylons of that line were dynamited in Diyala in February.

The price is another quarrel. Tehran counts 2.7 billion dollars in unpaid bills and has refused to \
be paid in grain. Ned Price told journalists that Washington wished to see meters read before it \
signed anything longer."""

THIRD = """\
Electricity from Iran will keep flowing to Iraq until early June: the United States let the waiver \
on sanctions run for ninety days more, and not a day longer, as one adviser to Mustafa al-Kadhimi \
put it with a sigh.

At the ministry in Baghdad nobody hid the disappointment. The prime minister had hoped for six \
months to finish the gas works near Basra. The line through Mandali carries 1,200 megawatts when it \
stands, which since the explosions in Diyala it often does not.

What Iraq owes is disputed: $2.7 billion, says Tehran; rather less, says the treasury."""

LOOKALIKE = """\
The border market at Parviz Khan reopened on Sunday after a strike of lorry drivers that had stopped \
trade between Iraqi Kurdistan and Iran for eleven days.

The drivers, some 600 of them, had parked across the road to protest against a fee of 40 dollars a \
load that customs officers in Sulaymaniyah brought in without notice. The governor, Haval Abubakir, \
withdrew it on Saturday night and promised toilets and shade.

Cement, tiles and tomatoes come through Parviz Khan, and traders in Kalar said prices had doubled. \
Iranian customs reopened its own gate at noon. A second strike, at Bashmaq, goes on."""

UNRELATED = """\
Archaeologists from Mosul have lifted a winged bull out of the ground at Khorsabad, thirty years \
after it was buried again to save it from looters. The head is missing and is kept in a museum in \
Baghdad.

The relief is 3.8 metres tall. It will stay where it is, under a roof, said Ahmed Fakak Al-Badrani, \
who led the dig, because the road could not bear the weight. Visitors may come from April."""

# What a synonym spinner puts for a word. Our own list; the copies made with it are tests, not data.
SWAPS = {
    "State Department": "State Division", "White House": "White Home", "Prime Minister": "Key Minister",
    "prime minister": "key minister", "joint statement": "joint assertion",
    "foreign minister": "overseas minister", "Security forces": "Safety forces",
    "combat troops": "fight troops", "Middle East": "Center East", "human rights": "human proper",
    "Last week": "Final week", "Supreme Court": "Ultimate Court",
    "news conference": "information conference", "rocket attacks": "rocket assaults",
    "Ned Price": "Ned Worth", "renewed": "extended", "suppliers": "distributors",
    "officials said": "officers stated", "asked": "requested", "longer": "lengthier", "wanted": "needed",
    "faster": "quicker", "bills": "payments", "expect": "anticipate", "paid": "settled",
    "border": "boundary", "goods": "items", "guard": "defend", "senior": "elder", "stay": "remain",
    "warned": "cautioned", "hospitals": "clinics", "threw out": "tossed out", "case": "lawsuit",
}  # fmt: skip
_SWAP = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(SWAPS, key=len, reverse=True)))


def spin(text: str) -> str:
    """The text as a synonym spinner leaves it."""
    return _SWAP.sub(lambda match: SWAPS[match.group()], text)


def edit(text: str) -> str:
    """The text as a copy desk leaves it: a new beginning, paragraphs joined, two dropped."""
    first, second, third, *_ = text.split("\n\n")
    opening = "Iraq may go on buying Iranian power for now, according to people who know of the matter."
    return "\n\n".join([opening, first.replace(", three officials said", ""), f"{second} {third}"])


REPRINT_NOTICE = "This article was originally published by Zagros Wire.\n\n"

SOURCES = {
    source.id: source
    for source in (
        Source(
            id="zagros", name="Zagros Wire", homepage="https://www.zagros.example/", family="Zagros Group"
        ),
        Source(id="gulf", name="Gulf Mirror", homepage="https://gulf.example/", family="Zagros Group"),
        Source(id="tigris", name="Tigris Post", homepage="https://tigris.example/", family="Tigris House"),
        Source(id="basra", name="Basra Ledger", homepage="https://basra.example/"),
    )
}


def page_id(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def an_article(name: str, text: str, *, hour: float = 0.0, **fields: Any) -> ClassifiedArticle:
    """A relevant article; `name` makes its id, `hour` its fetch time after START."""
    title = fields.pop("title", None)
    host = fields.pop("host", f"{name}.example")
    given: dict[str, Any] = {
        "page_id": page_id(name),
        "revision": Revision(digest=sha256(f"{title}\n{text}".encode()).hexdigest()[:16]),
        "url": f"https://{host}/{name}",
        "canonical_url": f"https://{host}/{name}",
        "title": title,
        "text": text,
        "access": Access(verdict="full"),
        "quality": Quality(chars=len(text), words=len(text.split()), score=1.0),
        "rights": Rights(),
        "discovered": Discovered(via="file"),
        "lane": "live",
        "fetched_at": START + timedelta(hours=hour),
        "relevance": {"IQ": CountryRelevance(grade=2, score=1.0), "IR": CountryRelevance(grade=0, score=0.0)},
        "relevant": True,
        "because": "About Iraq.",
        "genre": "news",
        "importance": Weighed(score=0.5, because="-"),
        "credibility": Weighed(score=0.5, because="-"),
    }
    return ClassifiedArticle(**(given | fields))


def on_day(day: str, precision: str = "day", confidence: float = 0.9) -> Published:
    return Published(value=day, precision=precision, source="meta", confidence=confidence)


def a_credit(kind: str, name: str) -> Credit:
    return Credit(kind=kind, name=name, text=f"{name} ({kind})")


# One event in tellings that have little in common, and one that has something of both.
STRIKE = """\
A drone struck the Khor Mor gas field near Chamchamal on Friday evening and killed four Yemeni workers, \
Dana Gas said. Qubad Talabani visited the wounded and asked who had fired it."""

BLACKOUT = """\
Households in Sulaymaniyah and Erbil went without power on Saturday. The electricity ministry lost 2,500 \
megawatts when Pearl Petroleum cut supply to its turbines, and Kamal Mohammad spoke of a week of repairs."""

BRIDGE = """\
Dana Gas and Pearl Petroleum shut the Khor Mor field near Chamchamal after a drone killed four Yemeni \
workers there. Sulaymaniyah and Erbil lost 2,500 megawatts of power. Kamal Mohammad, who runs the \
electricity ministry, and Qubad Talabani visited the wounded and promised repairs."""
