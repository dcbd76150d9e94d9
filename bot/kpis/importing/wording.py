"""What is said of an import: how the file was understood, what importing it would do, and each line of it. Values and a
translator in, texts out; where they are shown is the form's and the command line's matter.
"""

from collections.abc import Iterator, Sequence

from bot.domain.errors import LineError
from bot.domain.kpis import Aggregation
from bot.i18n import Translator
from bot.kpis.importing.plans import Detected, ImportPlan, OpenNumbers
from bot.spreadsheets import TableKind
from bot.spreadsheets.writing import plain
from bot.typed_values import full

REPORT_COLUMNS = ("line", "result", "date", "kpi", "value", "member", "problem")
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_LINES_NAMED = 5


def found_lines(found: Detected, t: Translator) -> list[str]:
    """How a file was understood, a sentence each: format, columns, what is left out, days and numbers."""
    said = [_format(found, t), t("kpi_files.found.columns", columns=_columns(found, t))]
    for key, titles in (("ignored", found.layout.ignored), ("derived", found.layout.derived)):
        if titles:
            said.append(t(f"kpi_files.found.{key}", columns=_quoted(titles, t)))
    if found.days is not None:
        certainty = "proved" if found.days_are_proved else "assumed"
        said.append(t(f"kpi_files.found.days.{found.days}.{certainty}"))
    if found.sign is not None:
        said.append(t("kpi_files.found.numbers", example=found.sign.example))
    return said


def _format(found: Detected, t: Translator) -> str:
    if found.format.kind is TableKind.XLSX:
        return t("kpi_files.found.xlsx", sheet=found.format.sheet)
    delimiter = t(f"kpi_files.delimiter.{_DELIMITERS[found.format.delimiter]}")
    return t("kpi_files.found.csv", delimiter=delimiter, encoding=_ENCODINGS[found.format.encoding])


def _columns(found: Detected, t: Translator) -> str:
    """The columns that are read, by their own titles; what one is stands behind a title that does not say it."""
    titled = [(found.layout.header[place], column.value) for column, place in found.layout.places.items()]
    kpis = [(found.layout.header[place], t.kpi(kpi)) for place, kpi in found.layout.kpis.items()]
    return t.listing(
        [title if title.casefold() == is_.casefold() else f"{title} ({is_})" for title, is_ in titled + kpis]
    )


def _quoted(titles: Sequence[str], t: Translator) -> str:
    return t.listing([f"“{title}”" for title in titles])


def plan_lines(plan: ImportPlan, t: Translator, currency: str) -> list[str]:
    """What importing a plan would do, a sentence each: counts, days, each KPI, and what deserves a look."""
    said = [t("kpi_files.plan.counts", read=len(plan.lines), added=plan.added, known=len(plan.known))]
    if plan.first is not None and plan.last is not None:
        said.append(t("kpi_files.plan.days", first=plan.first, last=plan.last))
    for total in plan.totals:
        if total.kpi.aggregation is Aggregation.SUM:
            value = full(total.sum, total.kpi.unit, t, currency)
            said.append(t("kpi_files.plan.sum", kpi=t.kpi(total.kpi), count=total.count, sum=value))
        else:
            said.append(t("kpi_files.plan.number", kpi=t.kpi(total.kpi), count=total.count))
    for key, lines in (("twins", plan.twins), ("changed", plan.changed)):
        if lines:
            said.append(t(f"kpi_files.plan.{key}", count=len(lines), lines=_named(lines)))
    if plan.rounded:
        said.append(t("kpi_files.plan.rounded", count=plan.rounded))
    return said


def _named(lines: Sequence[int]) -> str:
    """The first few of some line numbers: "3, 8, 12, …"."""
    named = ", ".join(map(str, dict.fromkeys(lines[:_LINES_NAMED])))
    return f"{named}, …" if len(lines) > _LINES_NAMED else named


def error_line(error: LineError, t: Translator) -> str:
    """ "line 3: “x” is not a KPI" """
    return t("core.file_line", line=str(error.line), problem=t(error.key, **error.values))


def open_numbers_line(found: OpenNumbers, t: Translator) -> str:
    """The question that numbers ask which can be read both ways."""
    return t(
        "kpi_files.open_numbers",
        text=found.text,
        line=str(found.line),
        point=found.point,
        comma=found.comma,
        count=len(found.lines),
    )


def report_rows(plan: ImportPlan, t: Translator) -> Iterator[tuple[str, ...]]:
    """Each line of the file under REPORT_COLUMNS: what would become of it, what it was read as, and what is wrong."""
    twins, changed = set(plan.twins), set(plan.changed)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for line in plan.lines:
        result = "new"
        if line.source in plan.known:
            result = "changed" if line.line in changed else "known"
        elif line.line in twins:
            result = "twin"
        read = (line.on.isoformat(), line.kpi_key, plain(line.value), line.member_id, "")
        rows.append((line.line, (str(line.line), t(f"kpi_files.result.{result}"), *read)))
    for error in plan.errors:
        problem = t(error.key, **error.values)
        rows.append((error.line, (str(error.line), t("kpi_files.result.wrong"), "", "", "", "", problem)))
    if plan.open_numbers:
        question = open_numbers_line(plan.open_numbers, t)
        asked = t("kpi_files.result.asked")
        rows += [(line, (str(line), asked, "", "", "", "", question)) for line in plan.open_numbers.lines]
    rows.sort(key=lambda row: row[0])
    return (row for _, row in rows)
