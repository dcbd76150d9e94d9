"""What people see of KPI files: the forms of an import and an export, the dry run, its outcome. Pure. A `Page` is shown
as a form or as a message alike.

Whatever comes out of a file is shown as plain text: nothing in it is interpreted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import LineError
from bot.domain.kpis import Kpi
from bot.kpis.filing.requests import ExportRequest, ImportRequest, Recorded
from bot.kpis.importing.days import DayOrder
from bot.kpis.importing.numbers import DecimalSign
from bot.kpis.importing.plans import ImportPlan
from bot.kpis.importing.wording import error_line, found_lines, open_numbers_line, plan_lines
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    SELECT_OPTIONS,
    Block,
    Message,
    actions,
    button,
    context,
    cut,
    escape,
    field,
    file_input,
    form,
    multi_select,
    option,
    plain_section,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.elements import person_select
from bot.spreadsheets import TableKind

FILE_FIELD, MEMBER_FIELD, DAYS_FIELD, NUMBERS_FIELD = "file", "member", "days", "numbers"
KPIS_FIELD, PERIOD_FIELD, KIND_FIELD = "kpis", "period", "kind"
DETECTED = "detected"
WRONG_SHOWN = 10
_LONGEST_LINE = 600
_SECTION = 2_800
_MOST_SECTIONS = 8
_KPIS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: the first sentence, what else is to be said in blocks of lines, our own words on what can be done
    next (mrkdwn), and buttons. With `record` it can be confirmed: `carried` says what."""

    title: str
    head: str
    parts: tuple[Sequence[str], ...] = ()
    hint: str = ""
    buttons: tuple[Block, ...] = ()
    record: str = ""
    carried: str = ""

    @property
    def blocks(self) -> list[Block]:
        blocks = [plain_section(self.head)]
        for lines in self.parts:
            blocks += [plain_section(text) for text in _pieces(lines)]
        return [*blocks, section(self.hint)] if self.hint else blocks


def _pieces(lines: Iterable[str]) -> list[str]:
    """Lines as texts that fit into a section each; what goes beyond what anybody reads is left out."""
    pieces = [""]
    for line in (cut(each, _LONGEST_LINE) for each in lines):
        if len(pieces[-1]) + len(line) > _SECTION:
            pieces.append("")
        pieces[-1] += f"\n{line}" if pieces[-1] else line
    kept = [piece for piece in pieces if piece][:_MOST_SECTIONS]
    return kept if len(pieces) <= _MOST_SECTIONS else [*kept[:-1], f"{kept[-1]}\n…"]


def page_form(page: Page, w: Wording) -> Block:
    blocks = [*page.blocks, *([actions(page.buttons)] if page.buttons else [])]
    callback_id = ids.KPI_IMPORT_PLAN_FORM if page.record else ids.KPI_IMPORT_NOTE
    return form(
        callback_id, page.title, blocks, submit=page.record or None, close=w.t("core.close"), metadata=page.carried
    )


def page_message(page: Page) -> Message:
    confirm = [button(page.record, ids.KPI_IMPORT_RECORDED, page.carried, style="primary")] if page.record else []
    buttons = [*confirm, *page.buttons]
    said = [escape(line) for line in (page.head, *(line for lines in page.parts for line in lines))]
    text = "\n".join([*said, page.hint] if page.hint else said)
    return Message(text, (*page.blocks, *([actions(buttons)] if buttons else [])))


def import_form(member_id: str, w: Wording) -> Block:
    """The form that takes a file in."""
    person = person_select("chosen", member_id)
    detected = option(w.t("kpis.filing.detected"), DETECTED)
    days = [detected, *(option(w.t(f"kpis.filing.days.{order}"), order) for order in DayOrder)]
    signs = [detected, *(option(sign.example, sign) for sign in DecimalSign)]
    fields = [
        section(w.t("kpis.filing.import_intro")),
        field(
            FILE_FIELD,
            w.t("kpis.filing.file"),
            file_input("chosen", [kind.value for kind in TableKind]),
            hint=w.t("kpis.filing.file_hint"),
        ),
        field(MEMBER_FIELD, w.t("kpis.filing.member"), person, optional=True, hint=w.t("kpis.filing.member_hint")),
        field(DAYS_FIELD, w.t("kpis.filing.days"), select("chosen", days, initial=detected)),
        field(NUMBERS_FIELD, w.t("kpis.filing.numbers"), select("chosen", signs, initial=detected)),
    ]
    return form(
        ids.KPI_IMPORT_FORM,
        w.t("kpis.filing.import_title"),
        fields,
        submit=w.t("kpis.filing.read"),
        close=w.t("core.cancel"),
    )


def reading_page(name: str, w: Wording) -> Page:
    return Page(w.t("kpis.filing.import_title"), w.t("kpis.filing.reading", name=name))


def recording_page(name: str, w: Wording) -> Page:
    return Page(w.t("kpis.filing.import_title"), w.t("kpis.filing.recording", name=name))


def refused_page(name: str, problem: str, w: Wording) -> Page:
    """A file that cannot be read at all."""
    return Page(w.t("kpis.filing.import_title"), w.t("kpis.filing.refused", name=name, problem=problem))


def plan_page(plan: ImportPlan, request: ImportRequest, w: Wording) -> Page:
    """The dry run: what was found in the file, what recording it would do, what is wrong, and the way on."""
    found = [f"{line}." for line in found_lines(plan.detected, w.t)]
    planned = [f"{line}." for line in plan_lines(plan, w.t, w.currency)] if plan.lines else []
    title, name = w.t("kpis.filing.import_title"), request.name
    if plan.is_ready:
        count = w.t.number(plan.added)
        if not plan.added:
            key = "kpis.filing.nothing_new" if plan.lines else "kpis.filing.no_values"
            return Page(title, w.t(key, name=name), (found, planned))
        head = w.t("kpis.filing.ready", name=name, count=count)
        record = w.t("kpis.filing.record", count=count)
        return Page(title, head, (found, planned), record=record, carried=request.carried())
    wrong = wrong_lines(plan.errors, w)
    buttons: list[Block] = []
    if plan.open_numbers and not plan.errors:
        wrong = [f"{open_numbers_line(plan.open_numbers, w.t)}."]
        buttons += [
            button(sign.example, ids.sub_id(ids.KPI_IMPORT_NUMBERS, place), request.carried(sign))
            for place, sign in enumerate(DecimalSign)
        ]
        return Page(title, w.t("kpis.filing.asked", name=name), (wrong, found), buttons=tuple(buttons))
    if len(plan.errors) > WRONG_SHOWN:
        buttons.append(button(w.t("kpis.filing.report"), ids.KPI_IMPORT_REPORT, request.carried()))
    head = w.t("kpis.filing.wrong", name=name, count=w.t.number(len(plan.errors)))
    return Page(title, head, (wrong, found), buttons=tuple(buttons))


def wrong_lines(errors: Sequence[LineError], w: Wording) -> list[str]:
    """The first wrong lines, and how many more there are."""
    said = [f"{error_line(error, w.t)}." for error in errors[:WRONG_SHOWN]]
    more = len(errors) - WRONG_SHOWN
    return [*said, w.t("kpis.filing.more", count=w.t.number(more))] if more > 0 else said


def recorded_page(done: Recorded, request: ImportRequest, w: Wording) -> Page:
    """The outcome of an import."""
    lines = [w.t("kpis.filing.recorded_known", count=w.t.number(done.known))] if done.known else []
    head = w.t("kpis.filing.recorded", name=request.name, count=w.t.number(done.added))
    return Page(w.t("kpis.filing.import_title"), head, (lines,), w.t("kpis.filing.recorded_next"))


def imported_for_you_message(counts: Mapping[Kpi, int], by: str, w: Wording) -> Message:
    """The note to a person whose numbers came with an import; `by` is who sent the file, "" on the command line."""
    most_first = sorted(counts, key=lambda kpi: (-counts[kpi], kpi.key))
    named = [w.name(kpi) for kpi in most_first[:_KPIS_NAMED]]
    if more := len(counts) - len(named):
        named.append(w.t("kpis.filing.more_kpis", count=more))
    told = {"count": sum(counts.values()), "kpis": w.t.listing(named)}
    if by:
        sentence = w.t("kpis.filing.imported_for_you", person=f"<@{by}>", **told)
    else:
        sentence = w.t("kpis.filing.imported_for_you_by_nobody", **told)
    hint = w.t("kpis.filing.imported_for_you_next")
    return Message(f"{sentence}\n{hint}", (section(sentence), context(hint)))


def report_page(name: str, w: Wording) -> Page:
    return Page(w.t("kpis.filing.import_title"), w.t("kpis.filing.report_sent", name=name))


def export_form(w: Wording) -> Block:
    """The form that asks what to export."""
    kpis = [option(w.name(kpi), kpi.key) for kpi in w.kpis.values() if not kpi.is_derived][:SELECT_OPTIONS]
    kinds = [option(w.t(f"kpis.filing.kind.{kind}"), kind) for kind in (TableKind.XLSX, TableKind.CSV)]
    fields = [
        field(
            KPIS_FIELD,
            w.t("kpis.filing.kpis"),
            multi_select("chosen", kpis),
            optional=True,
            hint=w.t("kpis.filing.kpis_hint"),
        ),
        field(
            PERIOD_FIELD,
            w.t("kpis.filing.period"),
            text_input("chosen", placeholder=w.t("kpis.filing.period_placeholder"), max_length=100),
            optional=True,
            hint=w.t("kpis.filing.period_hint"),
        ),
        field(KIND_FIELD, w.t("kpis.filing.kind"), radio("chosen", kinds, kinds[0])),
    ]
    return form(
        ids.KPI_EXPORT_FORM,
        w.t("kpis.filing.export_title"),
        fields,
        submit=w.t("kpis.filing.send"),
        close=w.t("core.cancel"),
    )


def exporting_page(request: ExportRequest, w: Wording) -> Page:
    return Page(w.t("kpis.filing.export_title"), w.t("kpis.filing.exporting", what=export_words(request, w)))


def exported_page(request: ExportRequest, count: int, w: Wording) -> Page:
    """The outcome of an export; without any entries nothing was sent."""
    key = "kpis.filing.exported" if count else "kpis.filing.export_empty"
    words = export_words(request, w)
    return Page(w.t("kpis.filing.export_title"), w.t(key, what=words, count=w.t.number(count)))


def export_refused_page(problem: str, w: Wording) -> Page:
    return Page(w.t("kpis.filing.export_title"), problem)


def export_words(request: ExportRequest, w: Wording) -> str:
    """ "Revenue and leads, October 2026"."""
    kpis = w.t.listing([w.name(kpi) for kpi in request.kpis]) if request.kpis else w.t("kpis.filing.all_kpis")
    period = w.period(request.period) if request.period else w.t("kpis.filing.ever")
    return f"{cut(kpis, _LONGEST_LINE)}, {period}"
