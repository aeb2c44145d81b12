"""Who speaks in a story: its newest members that claim something, each for its family. Pure."""

from collections.abc import Iterator, Mapping

from services.linker.disagreements import LOOKED, SAME, Differences, Voice, differences
from services.linker.events import Member, Profile, StoryState
from services.linker.window import Window

LATER = 3600.0  # seconds between two publications from which one is later: before, both tell of one moment
DAY = 86400.0


def heard(
    story: StoryState,
    families: Mapping[str, str],
    verdicts: Mapping[str, tuple[Profile, str]],
    window: Window,
) -> Differences:
    """What the members of a story differ on.

    `families` says for whom each page speaks, `verdicts` profile and copy verdict of pages that the window
    has not, or not as they are now.
    """
    said = [
        _voice(member, profile, families[member.page_id])
        for member in story.members[-LOOKED:]
        for profile in _speaking(member, verdicts, window)
    ]
    return differences(said) if len(said) > 1 else SAME


def _speaking(
    member: Member, verdicts: Mapping[str, tuple[Profile, str]], window: Window
) -> Iterator[Profile]:
    """The profile of a member that claims something and is not spun."""
    known = verdicts.get(member.page_id)
    if known is None:
        page = window.page(member.page_id)
        known = (page.profile, page.standing.copy.verdict) if page else None
    if known is not None and known[0].claims and known[1] != "spun":
        yield known[0]


def _voice(member: Member, profile: Profile, family: str) -> Voice:
    since = until = profile.published
    if since is not None and until is not None:
        since = since if profile.precise else since // DAY * DAY
        until = until + LATER if profile.precise else since + DAY
    return Voice(member.page_id, family, profile.claims, since, until, of=member.of)
