"""One article judged against the window: copy, story, voices, repairs. Pure; the window is only read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import structs

from schemas.records import Copy, Repair, Revision
from services.linker.alignment import align
from services.linker.copies import Origin, Sibling, decide, precedes, root_of, siblings, swapped_words
from services.linker.disagreements import Differences
from services.linker.events import Member, Profile, Standing, StoryState
from services.linker.hearing import heard
from services.linker.independence import families, voices
from services.linker.publishers import Publishers
from services.linker.reading import Reading, profile_of
from services.linker.regroup import regrouped
from services.linker.repair import propose
from services.linker.revisions import first_revision, next_revision
from services.linker.shingles import WORDS_READ, Overlap
from services.linker.spun.detector import NOTHING, Finding, eased, find_spun
from services.linker.stories import Placed, is_full, joined, place
from services.linker.tokens import Word, words
from services.linker.window import Page, Window


@dataclass(frozen=True)
class Told:
    """A text on the table, new or from the window."""

    profile: Profile
    text: str
    oddity: Finding

    @cached_property
    def found(self) -> Sequence[Word]:
        """Its words with their places: only a copy needs them, or a text that is spun."""
        return words(self.text, WORDS_READ)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A copy verdict and the repairs that go with it."""

    copy: Copy
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """Another article that this one changes: its original came later than it did, or its story is another."""

    page: Page
    standing: Standing
    families: tuple[str, ...]  # behind its story


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that follows from one article; nothing changes until it is applied to the window."""

    profile: Profile
    standing: Standing
    repairs: tuple[Repair, ...]
    story: StoryState
    other_stories: tuple[StoryState, ...]
    families: tuple[str, ...]  # behind the story
    differences: Mapping[str, Differences]  # among the members of each story, by its id
    amended: tuple[Amended, ...]


def judge(
    reading: Reading,
    window: Window,
    publishers: Publishers,
    is_original: Callable[[Profile, Profile], bool] = precedes,
) -> Judgement:
    """The verdicts on an article, new or changed, given everything that came before it.

    `is_original` says of two articles that share a text whether the first is the original.
    """
    before = window.page(reading.identity.page_id)
    since = before.profile.since if before else reading.identity.fetched_at
    profile = profile_of(reading, window.rarity, publishers, since, window.margins)
    told = Told(profile, reading.text, eased(reading.oddity, profile.forgiven))
    found = siblings(profile, window)
    root = root_of(found, window) if found else None
    placed = _placed(profile, root, before, window)
    own = reading.identity.page_id
    if root is None or is_original(profile, root.page.profile) or _leads_to(root.page, own, window):
        verdict = alone(told)
        copies = [copy for copy in found if is_original(profile, copy.page.profile)]
        changed = [each for copy in copies if (each := _amended(told, copy, placed, window))]
    else:
        verdict, changed = beside(told, _original(root.page, window), root.overlap), []
    members = [_member(profile, verdict.copy)]
    members += [_member(page.profile, standing.copy) for page, standing in changed]
    state = window.story(placed.story_id)
    spun = verdict.copy.verdict == "spun"
    story = joined(state, placed, reading, _members(state, members), spun=spun)
    now = regrouped(profile, story, placed, window)
    standing = _standing(placed, verdict, before, reading, window)
    stories = {each.story_id: each for each in (now.story, *now.others)}
    mine = stories[now.moved.get(own, now.story.story_id)]
    speaking = {each.story_id: voices(each.members) for each in stories.values()}
    verdicts = {own: (profile, verdict.copy.verdict)}
    verdicts |= {each.page_id: (page.profile, each.copy.verdict) for page, each in changed}
    return Judgement(
        profile=profile,
        standing=structs.replace(standing, story_id=mine.story_id),
        repairs=verdict.repairs,
        story=mine,
        other_stories=tuple(each for each in stories.values() if each is not mine),
        families=tuple(dict.fromkeys(speaking[mine.story_id].values())),
        differences={
            story_id: heard(stories[story_id], spoken, verdicts, window)
            for story_id, spoken in speaking.items()
        },
        amended=tuple(_all_amended(changed, now.moved, own, stories, window)),
    )


def _all_amended(
    changed: Sequence[tuple[Page, Standing]],
    moved: Mapping[str, str],
    own: str,
    stories: Mapping[str, StoryState],
    window: Window,
) -> Iterator[Amended]:
    """Those whose verdict changed, then those whose story alone did; a page outside the window is left be."""
    done = {standing.page_id for _, standing in changed}
    for page_id in moved:
        page = window.page(page_id)
        if page is not None and page_id not in done and page_id != own:
            changed = [*changed, (page, structs.replace(page.standing, version=page.standing.version + 1))]
    for page, standing in changed:
        story = stories[moved.get(standing.page_id, standing.story_id)]
        yield Amended(page, structs.replace(standing, story_id=story.story_id), families(story.members))


def _leads_to(page: Page, own: str, window: Window) -> bool:
    """Whether `page` was taken from the page `own`, at whatever remove: then it cannot be its original."""
    seen: set[str] = set()
    at: Page | None = page
    while at is not None and at.standing.page_id not in seen:
        seen.add(at.standing.page_id)
        if at.standing.copy.of == own:
            return True
        at = window.page(at.standing.copy.of) if at.standing.copy.of else None
    return False


def _standing(
    placed: Placed, verdict: Verdict, before: Page | None, reading: Reading, window: Window
) -> Standing:
    return Standing(
        page_id=reading.identity.page_id,
        story_id=placed.story_id,
        score=placed.score,
        copy=verdict.copy,
        version=before.standing.version + 1 if before else 1,
        revision=_revision(reading, before, window),
        repairs=verdict.repairs,
    )


def _told(page: Page, window: Window) -> Told:
    """An article of the window, read again."""
    text = window.text(page)
    oddity = eased(find_spun(text), page.profile.forgiven)
    return Told(page.profile, text, oddity)


def _original(page: Page, window: Window) -> Told:
    """An article of the window read again as the original of another: how odd it is itself is not asked."""
    return Told(page.profile, window.text(page), NOTHING)


def alone(told: Told) -> Verdict:
    """The verdict on a text whose original is not at hand."""
    copy = decide(told.profile, told.oddity)
    return Verdict(copy, propose(told.text, told.found) if copy.verdict == "spun" else ())


def beside(told: Told, original: Told, shared: Overlap) -> Verdict:
    """The verdict on a text laid beside its original."""
    alignment = align([word.folded for word in told.found], [word.folded for word in original.found])
    swaps = swapped_words(alignment, told.found, original.found)
    copy = decide(told.profile, told.oddity, Origin(original.profile, shared, alignment, swaps))
    spun = copy.verdict == "spun"
    return Verdict(copy, propose(told.text, told.found, alignment, original.found) if spun else ())


def _placed(profile: Profile, root: Sibling | None, before: Page | None, window: Window) -> Placed:
    """A known page stays in its story, a copy joins that of its original, and the rest goes by likeness."""
    if before is not None:
        return Placed(before.standing.story_id, before.standing.score)
    if root is not None and not is_full(window.story(root.page.standing.story_id)):
        return Placed(root.page.standing.story_id, 1.0)
    return place(profile, window)


def _amended(told: Told, copied: Sibling, placed: Placed, window: Window) -> tuple[Page, Standing] | None:
    """The new verdict on a copy of this article, unless it is known or the copy is in another story."""
    before = copied.page.standing
    if before.copy.of == told.profile.identity.page_id or before.story_id != placed.story_id:
        return None
    verdict = beside(_told(copied.page, window), told, copied.overlap)
    standing = structs.replace(before, copy=verdict.copy, version=before.version + 1, repairs=verdict.repairs)
    return copied.page, standing


def _revision(reading: Reading, before: Page | None, window: Window) -> Revision:
    """The count of the page's texts; a text that only newer rules look at again keeps its number."""
    digest = reading.identity.digest
    if before is None:
        return first_revision(digest)
    if before.profile.identity.digest == digest:
        return before.standing.revision
    old = (before.profile.title, window.text(before))
    return next_revision(before.standing.revision, old, (reading.title, reading.text), digest)


def _member(profile: Profile, copy: Copy) -> Member:
    """What counting voices needs: the copy's original, else the family that its credit names."""
    return Member(
        page_id=profile.identity.page_id, family=profile.family, of=copy.of, of_family=profile.credited
    )


def _members(story: StoryState | None, now: Sequence[Member]) -> tuple[Member, ...]:
    """The members with those of `now` in their places, or at the end."""
    members = {member.page_id: member for member in story.members} if story else {}
    members.update((member.page_id, member) for member in now)
    return tuple(members.values())
