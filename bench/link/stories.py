"""How well stories are told apart: `python -m bench.link.stories DATA [--orders N]`.

DATA is the folder with the archive `nlp_dev`. Online clustering depends on the order of arrival, so a figure
is the mean over several, shuffled by a hash; what is dated comes by date. Prints the BCubed F1 (Bagga and
Baldwin, 1998) of ECB+ and of the Iraq/Iran leads, precision and recall, and the worst and best order.
"""

import argparse
import tarfile
from collections import defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from bench.link.texts import bucket, rows
from services.linker.filter import Linking
from services.linker.sentences import installed

SETS = {"ecbplus_stories": False, "iqir_story_leads": True}  # whether it is dated, and so comes by date


def main() -> None:
    """Links each set in each order and prints a row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--orders", type=int, default=6)
    asked = parser.parse_args()
    print(f"sentence vectors: {'yes' if installed() else 'no'}")
    with TemporaryDirectory() as folder:
        with tarfile.open(asked.data / "nlp_dev.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        for name, dated in SETS.items():
            print(
                name,
                figures(list(rows(Path(folder) / "dev" / f"{name}.jsonl")), asked.orders, dated),
                flush=True,
            )


def figures(texts: Sequence[dict[str, Any]], orders: int, dated: bool) -> str:
    """BCubed over the orders, as a row."""
    found = scores(texts, orders, dated)
    f1s = [score[0] for score in found]
    means = " ".join(f"{fmean(column):.3f}" for column in zip(*found, strict=True))
    return f"F1 precision recall {means}; least {min(f1s):.3f}, most {max(f1s):.3f} of {orders} orders"


def scores(texts: Sequence[dict[str, Any]], orders: int, dated: bool) -> list[tuple[float, float, float]]:
    """F1, precision and recall in each order of arrival."""
    found = []
    for number in range(orders):
        keys = {row["id"]: (row["date"] if dated else "", bucket(f"{number}:{row['id']}")) for row in texts}
        ordered = sorted(texts, key=lambda row: keys[row["id"]])
        found.append(bcubed([row["story"] for row in ordered], linked(ordered)))
    return found


def linked(texts: Sequence[dict[str, Any]]) -> list[Hashable]:
    """The story of each text, when all have come."""
    linking = Linking()
    for row in texts:
        linking.add(
            {"id": row["id"], "text": row["text"], "published": row.get("date"), "source": row.get("host")}
        )
    return [line["story"]["id"] for line in linking.final()]


def bcubed(true: Sequence[Hashable], given: Sequence[Hashable]) -> tuple[float, float, float]:
    """F1, precision and recall: of each text, the share of its cluster and of its story that are both."""
    stories, clusters, both = (_members(keys) for keys in (true, given, list(zip(true, given, strict=True))))
    pairs = list(zip(true, given, strict=True))
    precision = fmean(both[pair] / clusters[pair[1]] for pair in pairs)
    recall = fmean(both[pair] / stories[pair[0]] for pair in pairs)
    return 2 * precision * recall / (precision + recall), precision, recall


def _members(keys: Sequence[Hashable]) -> dict[Hashable, int]:
    counts: dict[Hashable, int] = defaultdict(int)
    for key in keys:
        counts[key] += 1
    return counts


if __name__ == "__main__":
    main()
