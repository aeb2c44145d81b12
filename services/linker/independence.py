"""Independent voices: how many publisher families tell a story in their own words. Pure.

A copy speaks with the voice of its original, whoever owns the site it stands on; two outlets of one owner are
one voice; a text that is credited to a wire, by itself or by any of its copies, speaks for the wire. So one
wire report on ten sites is one voice.
"""

from collections.abc import Mapping, Sequence

from services.linker.events import Member


def families(members: Sequence[Member]) -> tuple[str, ...]:
    """The families behind a story, each once, in order of first appearance."""
    return tuple(dict.fromkeys(voices(members).values()))


def voices(members: Sequence[Member]) -> dict[str, str]:
    """The family that each page speaks for, in order of the members."""
    by_page = {member.page_id: member for member in members}
    credited: dict[str, str] = {}  # page id of an original: whose voice it and its copies are
    roots = [(member, *_root(member, by_page)) for member in members]
    for member, origin, _ in roots:
        if member.of_family is not None:
            credited.setdefault(origin, member.of_family)
    for _, origin, family in roots:
        credited.setdefault(origin, family)
    return {member.page_id: credited[origin] for member, origin, _ in roots}


def _root(member: Member, by_page: Mapping[str, Member]) -> tuple[str, str]:
    """The page that a member was taken from in the end, and the family of the last one that the story has.

    Of an original that is gone, or in another story, all copies are one voice still: the first one's family.
    """
    seen = {member.page_id}
    while member.of is not None and member.of in by_page and member.of not in seen:
        seen.add(member.of)
        member = by_page[member.of]
    absent = member.of is not None and member.of not in by_page
    return (member.of or "") if absent else member.page_id, member.family
