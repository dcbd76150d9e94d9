"""What changes tokens, and what records the entries that came through one. Each function is one transaction.

Entries of people go through `bot.kpis.service.log_value`, one at a time with all that is told about each. A thousand of
a system's are recorded at once here: nobody is written to about each of them, and they may be older. Messages that ask
for a value turn into what became of it all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.api_tokens import ApiToken
from bot.domain.audit import Act, Deed
from bot.domain.entries import Entry
from bot.domain.errors import DomainError
from bot.domain.members import ERASED
from bot.kpis.acting import Acting, read_acting
from bot.kpis.api.contents import Content, Reader, read_day, read_note
from bot.kpis.api.orders import Order, Refused, SentEntry, unusable
from bot.kpis.api.schema import Wrong
from bot.kpis.api.tokens import digest_of, new_token, source_by_id, source_by_key, token_id_of
from bot.kpis.vocabulary import Vocabulary
from bot.logging_values import turn_asks
from bot.services import Services
from storage import UnitOfWork, new_id

MOST_TOKENS = 20
MAX_NAME = 40

_UNKNOWN = (
    "Send a valid token, in the header Authorization: Bearer denyut_…; admins make one in Slack with /kpi tokens."
)
_LEFT = "Whoever made this token may not log KPIs here any more; an admin can make a new one in Slack with /kpi tokens."
_OTHER_BODY = (
    "Another body was sent with this Idempotency-Key before. Nothing was stored; use a new key for a new request."
)
_DEFINED_MEANWHILE = (
    "Somebody has just defined one of these KPIs anew: it is computed from others now. Nothing was stored; send the "
    "KPIs that it is computed from instead."
)
_OTHER_ENTRY = "Some of these entries were sent before and said something else. Nothing was stored."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends: a token, and what its maker acts with at this moment."""

    token: ApiToken
    acting: Acting


@dataclass(frozen=True, slots=True)
class Recorded:
    """The entries of a request as they were stored, in its order; `is_new` unless all of them were there before."""

    entries: tuple[Entry, ...]
    is_new: bool


def check_may_make_tokens(acting: Acting) -> None:
    """DomainError("kpis.api.only_admins") for everybody else: a token logs without anybody looking."""
    if not acting.by.is_admin or acting.by.left_out is not None:
        raise DomainError("kpis.api.only_admins")


def make_token(db: UnitOfWork, name: str, key: str, acting: Acting) -> str | None:
    """A new token: the only time that it is told. None where the same form (`key`) made one before.

    DomainErrors: `kpis.api.only_admins`, `kpis.api.name_missing`, `kpis.api.too_many`.
    """
    check_may_make_tokens(acting)
    named = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    if not named or len(named) > MAX_NAME:
        raise DomainError("kpis.api.name_missing", limit=MAX_NAME)
    if not db.handled.first_time(f"kpi-token:{key}", acting.now):
        return None
    db.workspace.lock()
    if len(db.api_tokens.active()) >= MOST_TOKENS:
        raise DomainError("kpis.api.too_many", limit=MOST_TOKENS)
    token = new_token(db.workspace_id)
    made = ApiToken(new_id(), named, acting.by.id, acting.now)
    db.api_tokens.add(made, digest_of(token))
    db.audit.note(Act(acting.now, acting.by.id, Deed.TOKEN_MADE, made.id, {"name": named}))
    return token


def revoke_token(db: UnitOfWork, token_id: str, acting: Acting) -> bool:
    """Makes a token open nothing from now on; False if it was revoked before. DomainError `kpis.api.only_admins`."""
    check_may_make_tokens(acting)
    names = db.api_tokens.names({token_id})
    revoked = db.api_tokens.revoke(token_id, acting.by.id, acting.now)
    if revoked:
        facts = {"name": names.get(token_id, "")}
        db.audit.note(Act(acting.now, acting.by.id, Deed.TOKEN_REVOKED, token_id, facts))
    return revoked


def token_names(db: UnitOfWork, entries: Iterable[Entry]) -> dict[str, str]:
    """What the tokens are called through which entries came, by the id of the entry; those of people are left out."""
    through = {entry.id: token_id for entry in entries if (token_id := token_id_of(entry.source))}
    names = db.api_tokens.names(set(through.values()))
    return {entry_id: names[token_id] for entry_id, token_id in through.items() if token_id in names}


def recognise(db: UnitOfWork, digest: bytes, services: Services, now: datetime) -> Caller:
    """Who sends. Raises Refused: 401 for a token that is unknown or revoked, or whose workspace removed the app, 403
    where its maker has left."""
    token = db.api_tokens.by_digest(digest)
    installation = db.installation.get()
    has_left = installation is not None and installation.ended_at is not None
    if token is None or has_left:
        raise unknown_token()
    maker = db.members.get(token.made_by)
    if maker is None or maker.left_out is not None:
        raise Refused(403, _LEFT)
    settings = services.settings
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    return Caller(token, read_acting(db, maker, now, today, settings.country))


def unknown_token() -> Refused:
    """The same words for every token that is none."""
    return Refused(401, _UNKNOWN, headers={"www-authenticate": 'Bearer realm="denyut"'})


def record(db: UnitOfWork, order: Order, digest: bytes, services: Services, now: datetime) -> Recorded:
    """Records the entries of a request, all or none; those that are there from before are left as they are. Raises
    Refused: as `recognise`, 409 for what was sent before and is not the same now, 422 for contents that cannot be
    recorded, 403 for those that the token's maker may not."""
    caller = recognise(db, digest, services, now)
    recording = _Recording(db, order, caller, _reader(db, order, caller, services))
    recorded = recording.run()
    db.api_tokens.note_use(caller.token.id, now.astimezone(UTC).date())
    return recorded


def _reader(db: UnitOfWork, order: Order, caller: Caller, services: Services) -> Reader:
    acting = caller.acting
    named = {entry.member_id for entry in order.entries if entry.member_id is not None}
    vocabulary = Vocabulary.of(services.texts, services.texts.t("en"), acting.kpis, services.settings.currency)
    return Reader(acting, vocabulary, db.members.get_many(named))


@dataclass(frozen=True, slots=True)
class _Recording:
    """One request being recorded."""

    db: UnitOfWork
    order: Order
    caller: Caller
    reader: Reader

    def run(self) -> Recorded:
        is_same = self._is_same_body()
        sources = [self._source(place, entry) for place, entry in enumerate(self.order.entries)]
        stored = self._stored(sources)
        if not is_same:
            self._check_same(dict(zip(sources, self.order.entries, strict=True)), stored)
        new = {place: self.order.entries[place] for place, each in enumerate(sources) if each not in stored}
        added = self._add(new, sources) if new else 0
        stored |= self.db.kpis.by_sources([sources[place] for place in new])
        # another request may have brought some of them at the same moment
        self._check_same({sources[place]: sent for place, sent in new.items()}, stored)
        return Recorded(tuple(stored[each] for each in sources), added > 0)

    def _is_same_body(self) -> bool:
        """Whether this very request was handled before. Raises Refused(409) where another was, with the same key. Two
        at once wait here for each other."""
        key, now = self.order.key, self.caller.acting.now
        if not key:
            return False
        handled = f"{self.caller.token.id}:{key}"
        is_new_key = self.db.handled.first_time(f"api-key:{handled}", now)
        is_new_body = self.db.handled.first_time(f"api-body:{handled}:{self.order.fingerprint}", now)
        if is_new_body and not is_new_key:
            raise Refused(409, _OTHER_BODY)
        return not is_new_key

    def _source(self, place: int, entry: SentEntry) -> str:
        token_id = self.caller.token.id
        if entry.own_id is not None:
            return source_by_id(token_id, entry.own_id)
        return source_by_key(token_id, self.order.key, place)

    def _stored(self, sources: Sequence[str]) -> dict[str, Entry]:
        """What is there from before. The keys of requests are forgotten after some days; the sources of their entries
        are not, and tell a longer or shorter request with the same key."""
        after_last = source_by_key(self.caller.token.id, self.order.key, len(sources))
        stored = self.db.kpis.by_sources([*sources, after_last])
        by_key = [each for each, entry in zip(sources, self.order.entries, strict=True) if entry.own_id is None]
        known = [each for each in by_key if each in stored]
        if by_key and (stored.pop(after_last, None) is not None or 0 < len(known) < len(by_key)):
            raise Refused(409, _OTHER_BODY)
        return stored

    def _check_same(self, sent: Mapping[str, SentEntry], stored: Mapping[str, Entry]) -> None:
        """Refused(409) where what is stored under a source is not what was sent."""
        both = ((each, stored[source]) for source, each in sent.items() if source in stored)
        other = [Wrong(each.pointer, _difference(each)) for each, entry in both if self._differs(each, entry)]
        if other:
            raise Refused(409, _OTHER_ENTRY, other)

    def _differs(self, sent: SentEntry, stored: Entry) -> bool:
        kpi = self.reader.find(sent.kpi)
        # left-out days are those of the first time; whose a value was that is nobody's by now is not known any more
        same = (
            stored.kpi_key == (kpi.key if kpi else sent.kpi),
            stored.value == sent.value,
            sent.on is None or read_day(sent.on) == stored.on,
            stored.member_id == (sent.member_id or self.caller.token.made_by) or stored.member_id.startswith(ERASED),
            stored.note == read_note(sent.note),
        )
        return not all(same)

    def _add(self, new: Mapping[int, SentEntry], sources: Sequence[str]) -> int:
        """Stores these entries, and how many were not there."""
        contents = self.reader.read(new)
        if contents.wrong:
            raise unusable([*contents.wrong, *contents.forbidden])
        if contents.forbidden:
            detail = "Nothing was stored: the token's maker may not log all of this."
            raise Refused(403, detail, contents.forbidden)
        entries = [self._entry(each, sources[place]) for place, each in contents.understood.items()]
        # in one order, so that two requests at once cannot wait for each other
        try:
            added = self.db.kpis.add_many(sorted(entries, key=lambda each: each.source))
        except DomainError:
            raise Refused(409, _DEFINED_MEANWHILE) from None
        for entry in {(each.kpi_key, each.on): each for each in entries}.values():
            turn_asks(self.db, entry, self.caller.acting.now)
        return added

    def _entry(self, content: Content, source: str) -> Entry:
        acting = self.caller.acting
        return Entry(
            id=new_id(),
            kpi_key=content.kpi.key,
            member_id=content.member_id,
            value=content.value,
            on=content.on,
            logged_by=acting.by.id,
            logged_at=acting.now,
            source=source,
            note=content.note,
        )


def _difference(sent: SentEntry) -> str:
    if sent.own_id is not None:
        return f"This id was sent before with other contents: {sent.own_id}."
    return "This Idempotency-Key was sent before with other contents."
