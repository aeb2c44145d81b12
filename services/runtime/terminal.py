"""What comes from outside, as it may be shown on a terminal."""

from rich.text import Text

CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")  # an escape sequence in a title is an attack


def plain(text: str, style: str = "") -> Text:
    """Text from outside: no markup, no control characters."""
    return Text(text.translate(CONTROLS), style)
