"""Stories of an invented press in the languages of the region, with the furniture their pages have."""

import tomllib
from pathlib import Path

import msgspec


class Story(msgspec.Struct, frozen=True):
    """A text and what stands around it."""

    language: str
    title: str
    menu: tuple[str, ...]
    body: tuple[str, ...]
    related: tuple[str, ...]
    share: str
    comments: str


STORIES = msgspec.convert(
    tomllib.loads(Path(__file__).with_name("stories.toml").read_text("utf-8"))["story"], tuple[Story, ...]
)


def themed(story: Story) -> str:
    """A page of a usual theme: paragraphs in a named container, related headlines, a comment form."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in story.body)
    menu = "".join(f"<li><a href='/{i}'>{name}</a></li>" for i, name in enumerate(story.menu))
    related = "".join(f"<li><h3><a href='/n/{i}'>{t}</a></h3></li>" for i, t in enumerate(story.related))
    return (
        f"<!doctype html><html lang='{story.language}'><head><title>{story.title}</title></head>"
        "<body>"
        f"<header><nav class='main-menu'><ul>{menu}</ul></nav></header><main><article class='post'>"
        f"<h1 class='entry-title'>{story.title}</h1><div class='share-buttons'>{story.share}</div>"
        f"<div class='entry-content'>{text}</div></article>"
        f"<aside class='sidebar related-posts'><ul>{related}</ul></aside>"
        f"<div class='comments'><h3>{story.comments}</h3><form><textarea></textarea></form></div></main>"
        f"<footer><p>© 2024 River Post</p></footer></body></html>"
    )


def bare(story: Story) -> str:
    """A page of an old house: tables, no names, paragraphs parted by line breaks."""
    text = "<br><br>".join(story.body)
    menu = " | ".join(f"<a href='/{i}'>{name}</a>" for i, name in enumerate(story.menu))
    related = "".join(f"<tr><td><a href='/n/{i}'>{t}</a></td></tr>" for i, t in enumerate(story.related))
    return (
        f"<html><head><title>{story.title}</title></head><body><table><tr><td colspan=2>{menu}</td></tr>"
        f"<tr><td><h1>{story.title}</h1><div>{text}</div><div>{story.share}</div></td>"
        f"<td><table>{related}</table></td></tr><tr><td colspan=2>© 2024 River Post</td></tr></table>"
        "</body></html>"
    )
