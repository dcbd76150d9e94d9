"""What a file that somebody sends would do, recording it as a whole, and entries as a file. Plans and exports are one
transaction each that changes nothing; `record_plan` is one that records everything or nothing."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO

from bot.domain.audit import Act, Deed
from bot.domain.errors import DomainError, LineError
from bot.domain.policies import Who, allows
from bot.i18n import Translator
from bot.kpis.acting import Acting
from bot.kpis.exporting import export_table
from bot.kpis.filing.requests import ExportRequest, ImportRequest, Recorded
from bot.kpis.importing.planning import open_table, plan_import
from bot.kpis.importing.plans import ImportPlan, ParsedLine
from bot.kpis.importing.recording import import_plan
from bot.kpis.importing.telling import Brought
from bot.kpis.importing.wording import open_numbers_line
from bot.kpis.service import check_works_here
from bot.kpis.vocabulary import Vocabulary
from bot.logging_values import TYPED_SOURCES
from bot.spreadsheets import TableKind, write_table
from storage import UnitOfWork

LARGEST_SENT = 10 * 1024 * 1024
"""Bytes of a file that Slack takes in a form (docs.slack.dev, file input element)."""
FROM_FILE = "file:"
"""Before the source of a line that looks like that of a typed value: it was typed elsewhere, and no undo is to take it
back."""


def plan_file(
    db: UnitOfWork, content: bytes, request: ImportRequest, vocabulary: Vocabulary, acting: Acting
) -> ImportPlan:
    """What a file would do, in the hands of this person; nothing is stored. The lines that they may not log are wrong
    ones. DomainErrors: `kpis.filing.empty`, and as of `open_table` and `plan_import`."""
    if not content:
        raise DomainError("kpis.filing.empty")
    with open_table(content, vocabulary, LARGEST_SENT) as table:
        plan = plan_import(db, table, vocabulary, acting.today, request.wishes)
    return _allowed(db, _apart_from_typed(db, plan), acting)


def _apart_from_typed(db: UnitOfWork, plan: ImportPlan) -> ImportPlan:
    """The plan with sources that cannot be taken for those of typed values; one known here is left as it is."""
    marked = {
        line.source: f"{FROM_FILE}{line.source}"
        for line in plan.lines
        if line.source.startswith(TYPED_SOURCES) and line.source not in plan.known
    }
    if not marked:
        return plan
    known = plan.known | set(db.kpis.by_sources(marked.values()))
    lines = tuple(replace(line, source=marked.get(line.source, line.source)) for line in plan.lines)
    new = {line.line for line in lines if line.source not in known}
    return replace(plan, lines=lines, known=known, twins=tuple(line for line in plan.twins if line in new))


def _allowed(db: UnitOfWork, plan: ImportPlan, acting: Acting) -> ImportPlan:
    """The plan with an error for each new line that this person may not log. What is known is not logged again."""
    refusals: dict[tuple[str, str], DomainError | None] = {}
    errors = {error.line: error for error in plan.errors}
    for line in plan.lines:
        if line.source in plan.known:
            continue
        whose = (line.kpi_key, line.member_id)
        if whose not in refusals:
            refusals[whose] = _refusal(db, line, acting)
        refusal = refusals[whose]
        if refusal is not None:
            errors.setdefault(line.line, LineError(line.line, refusal.key, refusal.values))
    return replace(plan, errors=tuple(errors[line] for line in sorted(errors)))


def _refusal(db: UnitOfWork, line: ParsedLine, acting: Acting) -> DomainError | None:
    """Why a person may not log for another (`Policy.log_for_others`), or nobody for this one."""
    if line.member_id == acting.by.id:
        return None
    who = acting.policy.log_for_others
    if not allows(who, acting.by, acting.kpis.settings(line.kpi_key).owners):
        return DomainError("kpi_files.only_owners" if who is Who.OWNERS else "kpi_files.only_admins")
    try:
        check_works_here(db, line.member_id)
    except DomainError:
        return DomainError("kpi_files.not_for_them")
    return None


def record_plan(
    db: UnitOfWork, plan: ImportPlan, brought: Brought, request: ImportRequest, acting: Acting, counts_from: datetime
) -> Recorded:
    """Records the entries of a plan that `record` has `brought` in, all or none, as logged by this person at
    `counts_from` (UTC), the moment of this transaction. The same
    import again (a second click, a redelivery) records nothing and tells the same. Errors as of `import_plan`."""
    key = f"{request.key}:{request.file}"
    is_first = db.handled.first_time(f"kpi-import:{key}", acting.now)
    report = import_plan(db, plan, acting.now, acting.by.id, key, brought, counts_from)
    if is_first:
        if report.added:
            facts = {"count": str(report.added), "file": request.name}
            db.audit.note(Act(acting.now, acting.by.id, Deed.VALUES_IMPORTED, details=facts))
        return Recorded(report.added, report.known)
    entries = db.kpis.by_sources([line.source for line in plan.lines]).values()
    added = sum(each.logged_by == acting.by.id and each.logged_at >= request.begun_at for each in entries)
    return Recorded(added, report.read - added)


def wrong_lines_file(plan: ImportPlan, t: Translator) -> bytes:
    """Every wrong line of a plan, as CSV."""
    rows = [(error.line, t(error.key, **error.values)) for error in plan.errors]
    if plan.open_numbers:
        question = open_numbers_line(plan.open_numbers, t)
        rows += [(line, question) for line in plan.open_numbers.lines]
    out = BytesIO()
    head = (t("kpis.filing.report_line"), t("kpis.filing.report_problem"))
    write_table(TableKind.CSV, out, head, [(str(line), problem) for line, problem in sorted(rows)], (8, 80))
    return out.getvalue()


def export_file(db: UnitOfWork, request: ExportRequest, acting: Acting) -> tuple[bytes, int]:
    """The entries that are asked for, as a file, and how many there are: only of KPIs that this person may see."""
    asked = request.kpis or tuple(acting.kpis.values())
    keys = [kpi.key for kpi in asked if kpi.key in acting.kpis and not kpi.is_derived]
    out = BytesIO()
    count = export_table(db, out, request.kind, request.first, request.last, keys)
    return out.getvalue(), count


def note_export(db: UnitOfWork, count: int, acting: Acting) -> None:
    """Writes into the audit log that so many entries left as a file."""
    if count:
        db.audit.note(Act(acting.now, acting.by.id, Deed.VALUES_EXPORTED, details={"count": str(count)}))
