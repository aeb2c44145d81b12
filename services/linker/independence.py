"""Independent voices: how many publisher families tell a story in their own words. Pure.

A copy speaks with the voice of its original, whoever owns the site it stands on; two outlets of one owner are
one voice; an article credited to a wire speaks for the wire. So one wire report on ten sites is one voice.
"""

from collections.abc import Sequence

from services.linker.events import Member


def families(members: Sequence[Member]) -> tuple[str, ...]:
    """The families behind a story, each once, in order of first appearance."""
    by_page = {member.page_id: member for member in members}
    return tuple(dict.fromkeys(_voice(member, by_page) for member in members))


def _voice(member: Member, by_page: dict[str, Member]) -> str:
    """Whose report this is: followed from copy to original as far as the story knows."""
    seen = {member.page_id}
    while member.of is not None and member.of in by_page and member.of not in seen:
        seen.add(member.of)
        member = by_page[member.of]
    return member.of_family or member.family
