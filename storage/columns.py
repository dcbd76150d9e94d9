"""Column types: how a domain value is written down and read back, the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String, TypeDecorator
from sqlmodel import Field

DECIMALS = 4
LARGEST = Decimal(10) ** 13
_SMALLEST = Decimal(1).scaleb(-DECIMALS)
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite keeps no zone, so a naive value is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A KPI value as a whole number of ten-thousandths: exact, and summed exactly by the database.

    At most 4 decimals and less than 10**13 in size (`bot.domain.values` refuses the rest with a kind sentence; what
    comes here beyond that is a bug, and a ValueError).
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        if value is None:
            return None
        try:
            exact = value.quantize(_SMALLEST, context=_EXACT)
        except DecimalException as error:
            raise ValueError(f"{value} cannot be stored exactly") from error
        if not exact.is_finite() or abs(exact) >= LARGEST:
            raise ValueError(f"{value} is too large to be stored")
        return int(exact.scaleb(DECIMALS, context=_EXACT))

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else unscaled(value)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum as its short string: readable in the database, and a new member needs no migration."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__(16)
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def unscaled(ten_thousandths: int) -> Decimal:
    """A stored whole number as the value it stands for, without trailing zeros and without an exponent."""
    value = Decimal(ten_thousandths).scaleb(-DECIMALS)
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def stored(kind: Any, **options: Any) -> Any:
    """A field of a given column type. SQLModel's own signature knows classes only, and our types take arguments."""
    return Field(sa_type=kind, **options)
