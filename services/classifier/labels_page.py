"""docs/labels.md, made from the label file. Pure."""

from collections.abc import Iterable, Iterator

from services.classifier.gazetteer import STRONG, Label, Tables

EXAMPLES = 6  # strong phrases shown of each label
_CODES = "https://cv.iptc.org/newscodes/mediatopic/"

_HEAD = """# Topics

Made from `services/classifier/data/labels.toml` by `make docs`; change it there. An article bears every label
whose score reaches the threshold, best first. One that *gives way to* another is not given where that one is
stronger and no strong phrase of its own is found. Scores, evidence and what weakens a phrase:
`services/classifier/topics.py`. Codes are those of IPTC Media Topics, events PLOVER's.

| id | what it is | IPTC | events | threshold | severity | gives way to |
|---|---|---|---|---|---|---|
"""


def labels_page(tables: Tables) -> str:
    """The page: a row a label, and under the table some of the phrases that say it."""
    rows = "\n".join(map(_row, tables.labels))
    return (
        f"{_HEAD}{rows}\n\n## Phrases that say it by themselves\n\n"
        + "\n".join(_phrases(tables.labels))
        + "\n"
    )


def _row(label: Label) -> str:
    code = (label.medtop or "").removeprefix("medtop:")
    linked = f"[{code}]({_CODES}{code})" if code else ""
    yields = ", ".join(f"`{other}`" for other in sorted(label.yields_to))
    cells = (
        f"`{label.id}`", f"**{label.name}.** {label.definition}", linked, ", ".join(label.plover),
        f"{label.threshold:g}", f"{label.severity:g}", yields,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _phrases(labels: Iterable[Label]) -> Iterator[str]:
    for label in labels:
        shown = [phrase for phrase, weight in label.phrases if weight >= STRONG][:EXAMPLES]
        yield f"- `{label.id}`: {', '.join(shown)}; {len(label.phrases)} phrases in all"
