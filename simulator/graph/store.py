"""The applications, and all that has happened to them.

A document is replaced, never changed in place: so the log keeps what was, and nothing is copied to be shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.clock import Clock
from simulator.store import Json


@dataclass(frozen=True, slots=True)
class Change:
    """One write: None is for what was not there `before`, or is not there `after`; `purged`: can't be restored."""

    application_id: str
    before: Json | None
    after: Json | None
    purged: bool = False


class Applications:
    """By object id, in the order in which they were made, each at a position of its own that it keeps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Json] = {}
        self._by_app_id: dict[str, str] = {}
        self._by_identifier_uri: dict[str, str] = {}
        self._order: list[int] = []
        self._at: dict[int, str] = {}
        self._positions: dict[str, int] = {}
        self._recent: deque[tuple[datetime, int]] = deque()
        self._deleted: dict[str, Json] = {}
        self.log: list[Change] = []
        """Every change, oldest first; how many there were marks a moment."""
        self.owners: dict[str, list[str]] = {}
        """The object ids of each application's owners."""
        self.federated_credentials: dict[str, dict[str, Json]] = {}
        """The federated identity credentials of each application, by id."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, application_id: str) -> bool:
        return application_id in self._by_id

    def get(self, application_id: str) -> Json | None:
        """Give the newest state; None if there is none of that object id."""
        return self._by_id.get(application_id.lower())

    def by_app_id(self, app_id: str) -> Json | None:
        """Give the application of an application (client) id."""
        return self._by_id.get(self._by_app_id.get(app_id.lower(), ""))

    def position(self, application_id: str) -> int:
        """Give an application's place in lists; raises KeyError if there never was one of that id."""
        return self._positions[application_id]

    def has_identifier_uri(self, uri: str, *, besides: str) -> bool:
        """Tell whether another application than that of an object id has an identifier URI."""
        return self._by_identifier_uri.get(uri.lower(), besides) != besides

    def put(self, document: Json, *, settled: bool = False) -> None:
        """Add an application, or replace it; `settled`: lists show it at once, however far behind they are."""
        application_id = document["id"]
        before = self._by_id.get(application_id)
        if before is None:
            self._make_room(application_id)
            self.owners.setdefault(application_id, [])
            self.federated_credentials.setdefault(application_id, {})
        self._by_id[application_id] = document
        self._by_app_id[document["appId"].lower()] = application_id
        self._index_uris(before, document)
        self._note(Change(application_id, before, document), settled=settled)

    def delete(self, application_id: str) -> None:
        """Delete an application, which can be restored for a while; raises KeyError if there is none."""
        document = self._by_id.pop(application_id)
        self._order.remove(self._positions[application_id])
        del self._by_app_id[document["appId"].lower()]
        self._index_uris(document, None)
        self._deleted[application_id] = document
        self._note(Change(application_id, document, None), settled=False)

    def purge(self, application_id: str) -> None:
        """Delete for good what is deleted; raises KeyError if it is not."""
        del self._deleted[application_id]
        del self.owners[application_id]
        del self.federated_credentials[application_id]
        self._note(Change(application_id, None, None, purged=True), settled=False)

    def listed(self, after: int = -1, *, lag: float = 0.0) -> Iterator[tuple[int, Json]]:
        """Give positions and documents from a position on, as they were `lag` seconds ago."""
        then = self._differing(lag)
        gone = [(self._positions[key], document) for key, document in then.items() if key not in self._by_id]
        upcoming = deque(sorted((position, old) for position, old in gone if old is not None and position > after))
        for index in range(bisect_right(self._order, after), len(self._order)):
            position = self._order[index]
            while upcoming and upcoming[0][0] < position:
                yield upcoming.popleft()
            key = self._at[position]
            document = then[key] if key in then else self._by_id[key]
            if document is not None:
                yield position, document
        yield from upcoming

    def moment(self, lag: float = 0.0) -> int:
        """Give how many changes are seen by those who are `lag` seconds behind."""
        since = self._clock.now() - timedelta(seconds=lag)
        return next((index for at, index in self._recent if at > since), len(self.log)) if lag else len(self.log)

    def _differing(self, lag: float) -> dict[str, Json | None]:
        """Give what has changed within the last `lag` seconds as it was before."""
        then: dict[str, Json | None] = {}
        since = self._clock.now() - timedelta(seconds=lag)
        for at, index in reversed(self._recent) if lag else ():
            if at <= since:
                break
            change = self.log[index]
            if not change.purged:
                then[change.application_id] = change.before
        return then

    def _index_uris(self, before: Json | None, after: Json | None) -> None:
        for uri in before["identifierUris"] if before else ():
            self._by_identifier_uri.pop(uri.lower(), None)
        if after:
            self._by_identifier_uri |= {uri.lower(): str(after["id"]) for uri in after["identifierUris"]}

    def _make_room(self, application_id: str) -> None:
        position = len(self._at)
        self._order.append(position)
        self._at[position] = application_id
        self._positions[application_id] = position

    def _note(self, change: Change, *, settled: bool) -> None:
        if not settled:
            self._recent.append((self._clock.now(), len(self.log)))
        self.log.append(change)
