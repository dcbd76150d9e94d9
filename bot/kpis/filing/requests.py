"""What somebody asks of a file and what came of it, as values: an import, carried by the buttons of its dry run, and an
export. How an export is typed is in `grammar`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.periods import Period
from bot.domain.words import shown
from bot.kpis.importing.days import DayOrder
from bot.kpis.importing.numbers import DecimalSign
from bot.kpis.importing.plans import Wishes
from bot.slack import ids
from bot.slack.files import is_file_id
from bot.spreadsheets import TableKind

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file of Slack's (`file`, its id) and what the person says of it. `key` is of the form in which it was given,
    `begun_at` when (UTC), `digest` of what was in it when it was read first."""

    file: str
    name: str
    wishes: Wishes
    key: str
    begun_at: datetime
    digest: str = ""

    def carried(self, sign: DecimalSign | None = None) -> str:
        """What a button or form carries of it; with another wish for the numbers where one is given."""
        return ids.pack(
            file=self.file,
            name=shown(self.name)[:_LONGEST_NAME],
            member=self.wishes.member,
            days=self.wishes.days or "",
            numbers=sign or self.wishes.sign or "",
            key=self.key,
            at=self.begun_at.isoformat(),
            digest=self.digest,
        )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The request that a button or form carries. DomainError("core.stale") for what is not ours."""
        try:
            days, numbers = str(values["days"]), str(values["numbers"])
            wishes = Wishes(
                str(values["member"]),
                DayOrder(days) if days else None,
                DecimalSign(numbers) if numbers else None,
            )
            at = datetime.fromisoformat(values["at"])
            request = cls(
                str(values["file"]), str(values["name"]), wishes, str(values["key"]), at, str(values["digest"])
            )
        except (KeyError, TypeError, ValueError):
            raise DomainError("core.stale") from None
        if not is_file_id(request.file) or at.tzinfo is None:
            raise DomainError("core.stale")
        return request


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """An export: of these KPIs (none: all that the person may see), in a period (None: ever), as a kind of file."""

    kpis: tuple[Kpi, ...]
    period: Period | None
    kind: TableKind

    @property
    def first(self) -> date:
        return self.period.first if self.period else date.min

    @property
    def last(self) -> date:
        return self.period.last if self.period else date.max


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many entries an import recorded, and how many of the file were known before it."""

    added: int
    known: int
