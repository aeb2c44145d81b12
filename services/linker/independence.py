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
    roots = [(member, _root(member, by_page)) for member in members]
    for member, root in roots:
        if member.of_family is not None:
            credited.setdefault(root.page_id, member.of_family)
    return {member.page_id: credited.get(root.page_id, root.family) for member, root in roots}


def _root(member: Member, by_page: Mapping[str, Member]) -> Member:
    """The original of a member, as far as the story knows it."""
    seen = {member.page_id}
    while member.of is not None and member.of in by_page and member.of not in seen:
        seen.add(member.of)
        member = by_page[member.of]
    return member
