"""The states of all sources that are read, from a store."""

from datetime import datetime

import msgspec

from services.runtime.place import Place
from services.runtime.reasons import READ
from services.store.endings import LATELY, WINDOW, Lately, read_lately
from services.store.freshness import SourceAge
from services.store.reading import reading
from services.store.standing import Standing, standing
from services.store.status import source_ages


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a store knows of the sources that are read."""

    ages: tuple[SourceAge, ...] = ()
    lately: dict[str, Lately] = {}

    @property
    def last_at(self) -> datetime | None:
        """When anything last came of any; None where nothing has."""
        came = [age.newest for age in self.ages if age.newest]
        ended = [each.last_at for lately in self.lately.values() for each in lately.endings]
        return max([*came, *ended], default=None)

    def standings(self, now: datetime, running_since: datetime | None) -> dict[str, Standing]:
        """The state of each, by id."""
        return {
            age.source_id: standing(age, self.lately.get(age.source_id), READ, now, running_since)
            for age in self.ages
        }


def known_of_sources(place: Place, now: datetime) -> Known:
    """One look at a store, which is only read. Raises Transient("store-unavailable")."""
    with reading(place) as store:
        return Known(
            ages=tuple(age for age in source_ages(store) if age.feeds),
            lately=read_lately(store.rows(LATELY, now - WINDOW)),
        )
