"""The forms of team check-ins: setting one up, the look before it is saved, answering, another date for a promise.
Pure: what is in them so far goes in, blocks come out; what was typed is read in `forms_reading`."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.checkins.team.facts import Answered, AnswerForm, Known, Wish
from bot.checkins.team.templates import PERIODS, SENTENCES
from bot.checkins.team.views import questions_words
from bot.checkins.team.wording import bold, period_words, question_of, whole_when
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import ANSWER_LENGTH, Item, ItemKind
from bot.domain.entries import Confidence, Entry
from bot.domain.kpis import Aggregation, Kpi
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    SELECT_OPTIONS,
    Block,
    actions,
    button,
    checkboxes,
    context,
    date_input,
    escape,
    field,
    form,
    multi_select,
    option,
    radio,
    section,
    select,
    text_input,
    time_input,
)
from bot.slack.elements import channel_select
from bot.typed_values import example_of, full, typed_as

TITLE_LENGTH = 60
QUESTION_LENGTH = 150
QUESTIONS_LENGTH = 900
VALUE_LENGTH = 64
POST_EMPTY = "post"


def setup_form(wish: Wish, kpis: Catalogue, languages: Mapping[str, str], t: Translator) -> Block:
    """What is asked whom and when; `kpis` are those that everybody may see, `languages` names by code."""
    definition, rule = wish.definition, wish.rule
    offered = {kpi.key: option(t.kpi(kpi), kpi.key) for kpi in kpis.current}
    chosen = [offered[key] for key in definition.kpi_keys if key in offered]
    listed = [*chosen, *(each for key, each in offered.items() if each not in chosen)][:SELECT_OPTIONS]
    sentences = {kind: option(t(f"checkins.team.question.{kind}"), kind.value) for kind in SENTENCES}
    ticked = [sentences[item.kind] for item in definition.items if item.kind in sentences]
    questions = "\n".join(item.text for item in definition.items if item.kind is ItemKind.TEXT)
    rhythms = {each: option(t(f"checkins.team.rhythm.{each}"), each.value) for each in PERIODS}
    spoken = {code: option(name, code) for code, name in languages.items()}
    empty = option(t("checkins.team.form.empty_yes"), POST_EMPTY)
    channel = channel_select("chosen", definition.channel_id)
    return form(
        ids.CHECKIN_SETUP_FORM,
        t("checkins.team.form.title"),
        [
            field(
                ids.CHECKIN_CHANNEL_INPUT,
                t("checkins.team.form.channel"),
                channel,
                hint=t("checkins.team.form.channel_hint"),
            ),
            field(
                ids.CHECKIN_TITLE_INPUT,
                t("checkins.team.form.name"),
                text_input("typed", initial=definition.title, max_length=TITLE_LENGTH, placeholder=_usual(wish, t)),
                optional=True,
            ),
            field(
                ids.CHECKIN_KPIS_INPUT,
                t("checkins.team.form.kpis"),
                multi_select("chosen", listed, chosen),
                optional=True,
                hint=t("checkins.team.form.kpis_hint"),
            ),
            field(
                ids.CHECKIN_SENTENCES_INPUT,
                t("checkins.team.form.sentences"),
                checkboxes("chosen", list(sentences.values()), ticked),
                optional=True,
            ),
            field(
                ids.CHECKIN_QUESTIONS_INPUT,
                t("checkins.team.form.questions"),
                text_input("typed", initial=questions, multiline=True, max_length=QUESTIONS_LENGTH),
                optional=True,
                hint=t("checkins.team.form.questions_hint"),
            ),
            field(
                ids.CHECKIN_RHYTHM_INPUT,
                t("checkins.team.form.rhythm"),
                select("chosen", list(rhythms.values()), initial=rhythms.get(rule.cadence)),
            ),
            field(
                ids.CHECKIN_FIRST_INPUT,
                t("checkins.team.form.first"),
                date_input("chosen", rule.anchor.isoformat()),
                hint=t("checkins.team.form.first_hint"),
            ),
            field(
                ids.CHECKIN_ASKS_INPUT,
                t("checkins.team.form.asks"),
                time_input("chosen", f"{rule.at:%H:%M}"),
                hint=t("checkins.team.form.asks_hint"),
            ),
            field(
                ids.CHECKIN_POSTS_INPUT,
                t("checkins.team.form.posts"),
                time_input("chosen", f"{definition.posts_at:%H:%M}"),
                hint=t("checkins.team.form.posts_hint", zone=rule.zone),
            ),
            field(
                ids.CHECKIN_LANGUAGE_INPUT,
                t("checkins.team.form.language"),
                select("chosen", list(spoken.values()), initial=spoken.get(definition.language)),
            ),
            field(
                ids.CHECKIN_EMPTY_INPUT,
                t("checkins.team.form.empty"),
                checkboxes("chosen", [empty], [empty] if definition.posts_when_empty else []),
                optional=True,
            ),
        ],
        submit=t("checkins.team.form.preview"),
        close=t("core.cancel"),
        metadata=ids.pack(
            checkin=wish.checkin_id,
            template=definition.template,
            zone=rule.zone,
            first=rule.anchor.isoformat(),
            seen=seen_text(wish),
        ),
    )


def seen_text(wish: Wish) -> str:
    """When the check-in was as a form showed it, as the form carries it."""
    return wish.seen_at.isoformat() if wish.seen_at else ""


def preview_form(wish: Wish, kpis: Catalogue, metadata: str, t: Translator) -> Block:
    """What people will get, before anything is saved. `metadata` carries the wish."""
    definition, rule = wish.definition, wish.rule
    channel = f"<#{definition.channel_id}>"
    asked = [f"• {each}" for each in questions_words(definition.items, kpis, t)]
    back = button(t("checkins.team.preview.back"), ids.CHECKIN_SETUP_BACK, ids.pack())
    return form(
        ids.CHECKIN_PREVIEW_FORM,
        t("checkins.team.preview.title"),
        [
            section(f"{bold(definition, t)}, {channel}\n{whole_when(definition, rule, t)}"),
            section(f"*{t('checkins.team.preview.asked')}*\n" + "\n".join(asked)),
            context(t("checkins.team.seen_by", channel=channel)),
            section(t("checkins.team.preview.then", channel=channel, post=t.time(definition.posts_at))),
            section(t(f"checkins.team.preview.about.{definition.period}")),
            actions([back]),
        ],
        submit=t("checkins.team.preview.save"),
        close=t("core.cancel"),
        metadata=metadata,
    )


def answer_form(asked: AnswerForm, until: str, t: Translator, currency: str) -> Block:
    """The questions of a run for one person, with what they answered before. `until` is where they are."""
    run = asked.run
    channel = f"<#{run.definition.channel_id}>"
    blocks: list[Block] = [
        section(t("checkins.team.form_intro", title=bold(run.definition, t), channel=channel, until=until)),
    ]
    if asked.kpis:
        blocks.append(context(t("checkins.team.form_day", day=t.day(asked.day))))
    for item in run.definition.items:
        blocks += _input(item, asked, t, currency)
    return form(
        ids.CHECKIN_FORM,
        t("checkins.team.form_title"),
        blocks,
        submit=t("checkins.team.form_submit"),
        close=t("core.cancel"),
        metadata=ids.pack(run=run.id),
    )


def done_form(answered: Answered, kpis: Catalogue, until: str, t: Translator, currency: str) -> Block:
    """What was kept, each value with its Undo."""
    channel = f"<#{answered.run.definition.channel_id}>"
    blocks: list[Block] = [section(t("checkins.team.form_done", channel=channel, until=until))]
    for entry in answered.entries:
        blocks += _recorded(entry, kpis[entry.kpi_key], t, currency)
    carried = ids.pack(entries=",".join(entry.id for entry in answered.entries))
    title, close = t("checkins.team.form_title"), t("core.close")
    return form(ids.CHECKIN_DONE_NOTE, title, blocks, close=close, metadata=carried)


def twice_words(before: Entry, kpi: Kpi, t: Translator, currency: str) -> str:
    value = full(before.value, kpi.unit, t, currency)
    return t("checkins.team.logged_before", value=value, day=t.day(before.on))


def day_form(run_id: str, blocked_id: str, due_on: date | None, t: Translator) -> Block:
    """Another date for what somebody took."""
    return form(
        ids.CHECKIN_BLOCKER_DAY_FORM,
        t("checkins.team.day_title"),
        [
            field(
                ids.CHECKIN_BLOCKER_DAY_INPUT,
                t("checkins.team.day_field"),
                date_input("chosen", due_on.isoformat() if due_on else ""),
            )
        ],
        submit=t("checkins.team.day_save"),
        close=t("core.cancel"),
        metadata=ids.pack(run=run_id, member=blocked_id),
    )


def saved_form(blocks: Sequence[Block], t: Translator) -> Block:
    """What the look before turns into once it is saved."""
    return form(ids.CHECKIN_SAVED_NOTE, t("checkins.team.preview.saved"), list(blocks), close=t("core.close"))


def _input(item: Item, asked: AnswerForm, t: Translator, currency: str) -> list[Block]:
    before = asked.before
    if item.kind is ItemKind.KPI:
        kpi = asked.kpis.get(item.id)
        return [_value_input(item, kpi, asked, t, currency)] if kpi else []
    if item.kind is ItemKind.CONFIDENCE:
        sure = {each: option(t(f"checkins.team.sure.{each}"), each.value) for each in Confidence}
        chosen = sure[before.confidence] if before and before.confidence else None
        return [field(item.id, question_of(item, t), radio("chosen", list(sure.values()), chosen), optional=True)]
    typed = before.texts.get(item.id, "") if before else ""
    box = text_input("typed", initial=typed, multiline=True, max_length=ANSWER_LENGTH)
    hint = t("checkins.team.blocker_hint") if item.kind is ItemKind.BLOCKER else ""
    return [field(item.id, question_of(item, t), box, optional=True, hint=hint)]


def _value_input(item: Item, kpi: Kpi, asked: AnswerForm, t: Translator, currency: str) -> Block:
    known = asked.known[item.id]
    unit = currency if kpi.unit == "currency" else t(f"kpi.unit.{kpi.unit}")
    box = text_input(
        "typed",
        initial=typed_as(known.given, kpi.unit, t, currency) if known.given is not None else "",
        placeholder=t("checkins.team.example", example=example_of(kpi, t)),
        max_length=VALUE_LENGTH,
    )
    label = t("checkins.team.value_label", kpi=t.kpi(kpi), unit=unit)
    return field(item.id, label, box, optional=True, hint=_hint(kpi, known, asked, t, currency))


def _hint(kpi: Kpi, known: Known, asked: AnswerForm, t: Translator, currency: str) -> str:
    """What the person logged last; of what adds up over the period, what is in it already."""
    if kpi.aggregation is Aggregation.SUM and known.so_far is not None:
        value = full(known.so_far, kpi.unit, t, currency)
        return t("checkins.team.so_far", value=value, period=period_words(asked.period, t))
    if known.last is not None:
        return t("checkins.team.last", value=full(known.last, kpi.unit, t, currency))
    meaning = t.kpi_meaning(kpi)
    return f"{meaning[:1].upper()}{meaning[1:]}"


def _recorded(entry: Entry, kpi: Kpi, t: Translator, currency: str) -> list[Block]:
    value = full(entry.value, kpi.unit, t, currency)
    text = t("checkins.team.recorded", kpi=escape(t.kpi(kpi)), value=value, day=t.day(entry.on))
    carried = ids.pack(entry=entry.id)
    undo = button(
        t("checkins.team.undo"),
        ids.sub_id(ids.ENTRY_UNDO, entry.id),
        carried,
        label=t("checkins.team.undo_label", kpi=t.kpi(kpi)),
    )
    return [section(text, accessory=undo)]


def _usual(wish: Wish, t: Translator) -> str:
    return t(f"checkins.team.template.{wish.definition.template or 'own'}")
