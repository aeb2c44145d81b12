"""Genres."""

import pytest

from services.classifier.genre import tell_genre


@pytest.mark.parametrize(
    ("title", "text", "url", "genre"),
    [
        ("Iraq votes", "Polls opened at seven.", None, "news"),
        ("Iraq votes: live updates", "Polls opened.", None, "live"),
        ("Iraq votes", "Polls opened.", "https://news.example/live/iraq", "live"),
        ("Morning briefing: Iraq votes", "Polls opened.", None, "roundup"),
        ("Opinion: Iraq must vote", "Polls opened.", None, "opinion"),
        ("Iraq must vote | Opinion", "Polls opened.", None, "opinion"),
        ("Iraq votes", "Polls opened.", "https://news.example/opinion/iraq", "opinion"),
        ("Iraq votes", "Polls opened. The author is a columnist for us.", None, "opinion"),
        ("Analysis: Iraq votes", "Polls opened.", None, "analysis"),
        ("Why Iraq votes", "Polls opened.", None, "analysis"),
        ("Iraq votes", "Polls opened. Ann Lee is a senior fellow at Example.", None, "analysis"),
        ("Iraq votes", "News.example reprints the article.", None, "reprint-notice"),
        (
            "Iraq votes",
            "Polls opened. This article was originally published elsewhere.",
            None,
            "reprint-notice",
        ),
        ("تحليل: العراق", "فتحت مراكز الاقتراع.", None, "analysis"),
        ("سرمقاله: عراق", "رأی‌گیری آغاز شد.", None, "opinion"),
        ("Residents live in fear", "They live near the base.", None, "news"),
    ],
)
def test_the_genre_is_told_by_title_address_or_notice(
    title: str, text: str, url: str | None, genre: str
) -> None:
    assert tell_genre(title, text, url) == genre
