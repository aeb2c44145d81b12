"""Two numbers with their reasons: how much an article matters, how far its source is to be believed."""

from collections.abc import Mapping, Sequence

from schemas.records import CountryRelevance, Source, TopicLabel, Weighed
from services.classifier.gazetteer import Label
from services.classifier.severity import Severity

GRADE_SHARE = {0: 0.0, 1: 0.25, 2: 0.5}  # of importance that comes from how much it is about a country
SEVERITY_SHARE = 0.5  # and from the gravest topic it bears
BACK = "retrospective"  # counter-evidence that an article looks back
LOOKS_BACK = 0.7  # what is left of its importance then
NOT_NEWS = {"opinion": 0.6, "roundup": 0.7, "reprint-notice": 0.9, "analysis": 0.8}

UNKNOWN = 0.2
STATE = "state-media"  # a kind by itself, and what a source of any kind with `state_media` counts as
KINDS: Mapping[str, tuple[float, str]] = {
    "wire": (0.9, "a news agency"),
    "newspaper": (0.75, "a newspaper"),
    "broadcaster": (0.75, "a broadcaster"),
    "think-tank": (0.65, "a think tank"),
    STATE: (0.4, "state media: says what its government wants said"),
    "aggregator": (0.35, "an aggregator: others' texts, sometimes altered"),
    "blog": (0.3, "a blog"),
    "unknown": (UNKNOWN, "a source whose kind is not known"),
}


def weigh_importance(
    relevance: Mapping[str, CountryRelevance],
    topics: Sequence[TopicLabel],
    labels: Sequence[Label],
    genre: str,
    severity: Severity,
) -> Weighed:
    """0..1 from the best grade, the gravest topic, the dead it tells of, the genre, and a look back."""
    grade = max((country.grade for country in relevance.values()), default=0)
    if not grade:
        return Weighed(score=0.0, because="Not about a country we follow.")
    grave = {label.id: label.severity for label in labels}
    gravest = max(topics, key=lambda topic: grave[topic.id] * topic.score, default=None)
    weight = grave[gravest.id] * gravest.score if gravest else 0.0
    back = any(span.rule == BACK for country in relevance.values() for span in country.against)
    factor = NOT_NEWS.get(genre, 1.0) * (LOOKS_BACK if back else 1.0)
    total = factor * (GRADE_SHARE[grade] + SEVERITY_SHARE * weight + severity.added)
    score = round(max(0.0, min(1.0, total)), 3)
    about = "About a country we follow" if grade == 2 else "Touches a country we follow"
    topic = f"; gravest topic: {gravest.name.lower()}" if gravest else "; no topic of the list"
    tail = f"; {severity.because}" if severity.because else ""
    tail += f"; less as {genre}" if genre in NOT_NEWS else ""
    tail += "; less as it looks back" if back else ""
    return Weighed(score=score, because=f"{about}{topic}{tail}.")


def weigh_credibility(source: Source | None) -> Weighed:
    """0..1 from what kind of publisher it is. An unknown source is low, and said to be."""
    if source is None:
        return Weighed(score=UNKNOWN, because="The source is not in the source list.")
    kind = STATE if source.state_media else source.kind
    score, words = KINDS.get(kind, KINDS["unknown"])
    family = f", of the family {source.family}" if source.family else ""
    return Weighed(score=score, because=f"{source.name} is {words}{family}.")
