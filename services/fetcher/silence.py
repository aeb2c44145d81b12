"""How long a feed that answers may name nothing new before it is called silent. Pure.

Each is measured against its own habit, as owners are in services/store/freshness.py: there by the articles
that were stored, here by what the list named. Times in seconds.
"""

DAY = 24 * 3600.0
WEIGHT = 0.2  # of the newest gap in the mean: five gaps ago counts for a tenth
HABIT = 5  # gaps that make one
GAPS = 10  # times the usual gap: by chance alone 1 gap in 22,000 is as long (e^10)
LEAST = 3 * DAY  # none is silent before: a weekend and a holiday
NO_HABIT = 30 * DAY  # for a feed that has shown less: lists are left behind and go on answering


def mean_gap(mean: float | None, gap: float) -> float:
    """The decayed mean of the gaps between two polls that brought something new."""
    return gap if mean is None else mean + WEIGHT * (gap - mean)


def silence_limit(mean: float | None, gaps: int) -> float:
    """How long nothing new may be named, by the usual gap and how many gaps it is known from."""
    return NO_HABIT if mean is None or gaps < HABIT else max(LEAST, GAPS * mean)
