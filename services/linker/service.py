"""The linker as the runtime runs it: the one stage that remembers. Run one replica."""

from schemas.records import ClassifiedArticle
from services.linker.events import Unreadable
from services.linker.stage import following
from services.runtime.fitting import Surroundings, fit_stage
from services.stage import Poison, Stage


def _from_memory(around: Surroundings) -> Stage[ClassifiedArticle]:
    """The stage as it was when it last remembered. Raises Poison("memory-unreadable")."""
    try:
        return following(lambda: around.sources.now, around.state)
    except Unreadable as exc:
        raise Poison("memory-unreadable", str(exc)) from exc


fit = fit_stage(_from_memory, remembers=True, follows=True)
