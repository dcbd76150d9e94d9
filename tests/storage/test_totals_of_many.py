"""Very many entries add up to the last ten-thousandth. `DENYUT_ENTRIES` sets how many (default 60,000; 10,000,000 for
a long run)."""

import os
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text

from storage import Storage, UnitOfWork
from tests.storage.samples import NOW, TODAY

ENTRIES = int(os.environ.get("DENYUT_ENTRIES", "60000"))
MODULUS, FACTOR, LARGEST = 99_999_989, 48_271, 10**17
DAYS, PEOPLE = 365, 97

NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :many) "
    "SELECT n FROM numbers",
    "postgresql": "SELECT generate_series(0, :many - 1) AS n",
}
INSERT = """
    INSERT INTO entries (workspace_id, id, kpi_key, member_id, value, "on", logged_by, logged_at, source, note, state,
                         changed_by)
    SELECT 'T1', 'e' || n, 'revenue', 'U' || (n % :people),
           ((CAST(n AS BIGINT) * :factor) % :modulus - :modulus / 2)
             * CASE WHEN n % 1000 = 7 THEN 1999999999 ELSE 1 END,
           {day}, 'U1', :now, 's' || n, '', 'active', ''
    FROM ({numbers}) AS many
"""
DAY = {
    "sqlite": "date(:first, '+' || (n % :days) || ' days')",
    "postgresql": "CAST(:first AS date) + CAST(n % :days AS integer)",
}


def ten_thousandths(number: int) -> int:
    """The value of an entry, worked out beside the database; one in a thousand is about as large as can be stored."""
    own = (number * FACTOR) % MODULUS - MODULUS // 2
    return own * 1_999_999_999 if number % 1000 == 7 else own


def fill(db: UnitOfWork) -> None:
    connection = db._scope.connection
    dialect = connection.dialect.name
    statement = INSERT.format(numbers=NUMBERS[dialect], day=DAY[dialect])
    now = NOW.replace(tzinfo=None) if dialect == "sqlite" else NOW
    first = TODAY - timedelta(days=DAYS - 1)
    values = {"many": ENTRIES, "people": PEOPLE, "factor": FACTOR, "modulus": MODULUS, "days": DAYS}
    connection.execute(text(statement), {**values, "now": str(now) if dialect == "sqlite" else now, "first": first})
    db.kept_totals.rebuild("revenue")


def test_totals_are_exact_however_many_there_are(storage: Storage) -> None:
    storage.write_now("T1", fill)
    first = TODAY - timedelta(days=DAYS - 1)
    expected = sum(map(ten_thousandths, range(ENTRIES)))
    of_a_day = sum(ten_thousandths(number) for number in range(DAYS - 1, ENTRIES, DAYS))
    of_one = sum(ten_thousandths(number) for number in range(5, ENTRIES, PEOPLE))
    assert max(abs(ten_thousandths(number)) for number in range(7, ENTRIES, 1000)) < LARGEST

    whole = storage.read_now("T1", lambda db: db.kpis.totals(first, TODAY))["revenue"]
    today = storage.read_now("T1", lambda db: db.kpis.totals_by_day("revenue", first, TODAY))["revenue"][TODAY]
    own = storage.read_now("T1", lambda db: db.kpis.totals_by_member("revenue", first, TODAY))["U5"]

    assert (whole.count, whole.sum) == (ENTRIES, Decimal(expected).scaleb(-4))
    assert today.sum == Decimal(of_a_day).scaleb(-4)
    assert own.sum == Decimal(of_one).scaleb(-4)
    assert sum(float(ten_thousandths(number)) for number in range(ENTRIES)) != expected, "floats would be as good"
