"""The path of flattened pages: plain text to parts. Pure."""

from schemas.records import RawPage
from services.extractor import shape
from services.extractor.access import judge_access
from services.extractor.credits import find_credits
from services.extractor.dates import dates_of_lines
from services.extractor.datestated import dates_of_origin
from services.extractor.flat import AFTER, NEAR, take_apart
from services.extractor.parts import Parts, stamp_of

FLAT_STAMP = stamp_of("extractor.flat")


def parts_of_flat(text: str, page: RawPage) -> Parts:
    """Title, paragraphs and fields of a flattened page. Raises Skip by kind (kinds.py)."""
    apart = take_apart(text)
    body = "\n\n".join(apart.paragraphs)
    access = judge_access(body, apart.credited, cut_in_transit=page.truncated)
    shape.refuse_flat_kinds(text, apart.title, apart.paragraphs, page.url, apart.prose)
    found = find_credits((*apart.credited[:NEAR], *apart.paragraphs, *apart.credited[-AFTER:]))
    return Parts(
        title=apart.title,
        paragraphs=apart.paragraphs,
        dates=[
            *dates_of_lines(apart.dated, page.fetched_at),
            *dates_of_origin(page.url, page.discovered, page.headers),
        ],
        credits=[credit for credit in found if credit.kind != "author"],
        access=access,
        stamp=FLAT_STAMP,
        byline=tuple(credit.name for credit in found if credit.kind == "author"),
        fields={"section": apart.section},
    )
