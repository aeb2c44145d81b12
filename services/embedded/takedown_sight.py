"""What one place holds of a page that is taken down."""

from datetime import datetime

import msgspec

GONE, EXPIRES, LEFT, BEYOND = "gone", "expires", "left", "cannot be reached"


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What one place holds of the page."""

    holds: str = ""  # in words; empty where nothing is
    state: str = GONE  # gone | expires | left | cannot be reached
    until: datetime | None = None  # when what expires is gone, at the latest
    advice: str = ""
