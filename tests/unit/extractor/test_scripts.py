"""The text of a page is found whatever the language, and with every letter."""

from collections.abc import Callable

import pytest

from services.extractor.blockmodel import judge
from services.extractor.cascade import KEEP, choose_text, shown
from services.extractor.markup import parse_markup
from services.extractor.told import told_by
from tests.unit.extractor.pages import URL
from tests.unit.extractor.scripts import STORIES, Story, bare, themed

PAGES = pytest.mark.parametrize("made", [themed, bare])
LANGUAGES = pytest.mark.parametrize("story", STORIES, ids=[story.language for story in STORIES])


@LANGUAGES
@PAGES
def test_every_paragraph_is_kept_as_it_was_written_and_apart(
    story: Story, made: Callable[[Story], str]
) -> None:
    read = choose_text(parse_markup(made(story), URL))
    assert [paragraph for paragraph in story.body if paragraph not in read.paragraphs] == []


@LANGUAGES
@PAGES
def test_menus_and_related_headlines_are_dropped(story: Story, made: Callable[[Story], str]) -> None:
    text = "\n".join(choose_text(parse_markup(made(story), URL)).paragraphs)
    assert [said for said in (*story.menu, *story.related, "© 2024 River Post") if said in text] == []


@LANGUAGES
@PAGES
def test_the_model_itself_knows_the_text_in_every_language(
    story: Story, made: Callable[[Story], str]
) -> None:
    page = parse_markup(made(story), URL)
    kept = shown(page.segments, judge(page.segments, told_by(page)).probability > KEEP)
    assert set(story.body) <= set(kept)
