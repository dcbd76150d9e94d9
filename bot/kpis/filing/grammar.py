"""Reading what somebody wants exported, from a command or from the form."""

from collections.abc import Mapping
from datetime import date

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.periods import parse_period
from bot.kpis.acting import Acting
from bot.kpis.filing.requests import ExportRequest
from bot.kpis.showing.grammar import parse_show
from bot.kpis.vocabulary import Vocabulary
from bot.spreadsheets import TableKind

_KINDS = {"csv": TableKind.CSV, "xlsx": TableKind.XLSX, "excel": TableKind.XLSX}


def parse_export(words: str, vocabulary: Vocabulary, today: date) -> ExportRequest:
    """`[KPI …] [PERIOD] [csv|xlsx]`; XLSX where no kind is named. DomainError where anything is not understood."""
    tokens = words.split()
    kind = _KINDS.get(tokens[-1].casefold()) if tokens else None
    asked = parse_show(" ".join(tokens[:-1] if kind else tokens), vocabulary, today)
    if asked.split is not None:
        raise DomainError("kpis.filing.export_no_split")
    for kpi in asked.kpis:
        check_has_entries(kpi, vocabulary)
    return ExportRequest(asked.kpis, asked.period if asked.has_period else None, kind or TableKind.XLSX)


def check_has_entries(kpi: Kpi, vocabulary: Vocabulary) -> None:
    """DomainError for a derived KPI: nobody types it in, so that it has no entries."""
    if kpi.is_derived:
        raise DomainError("kpis.filing.export_derived", kpi=vocabulary.name(kpi))


def chosen_export(
    inputs: Mapping[str, str], fields: tuple[str, str, str], acting: Acting, language: str
) -> ExportRequest:
    """The export that a form asks for; `fields` are its inputs for KPIs, period and kind. DomainError for a period that
    cannot be read; a KPI that the person may not see (any more) does not exist for them."""
    keys, period, kind = (inputs.get(name, "") for name in fields)
    kpis = tuple(acting.kpis[key] for key in keys.split(",") if key in acting.kpis)
    if keys and not kpis:
        raise DomainError("core.stale")
    asked = parse_period(period, acting.today, language) if period.strip() else None
    return ExportRequest(kpis, asked, TableKind.CSV if kind == TableKind.CSV else TableKind.XLSX)
