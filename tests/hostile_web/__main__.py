"""Writes docs/hostile-input.md from the table of costs: `python -m tests.hostile_web`."""

from tests.hostile_web.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
