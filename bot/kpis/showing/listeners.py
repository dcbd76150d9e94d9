"""What happens when somebody looks at KPIs: parse, one read, one view; and when they share what they see."""

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.periods import PeriodKind, containing
from bot.domain.words import shown
from bot.interactions import Click, Command, Context, OpenForm, Replace, Reply, Say
from bot.kpis.acting import Acting, acting_in, vocabulary_in, wording_in
from bot.kpis.showing import grammar, lists, overviews, reading, sharing
from bot.kpis.showing.answering import answer_message
from bot.kpis.showing.deliveries import render_shared
from bot.kpis.showing.grammar import ShowRequest
from bot.kpis.showing.views import PRIVATE, Sharing
from bot.slack import ids
from bot.slack.blocks import Message


def register(registry: Registry) -> None:
    registry.command("/kpi", "show", "kpis", on_show)
    registry.command("/kpi", "list", "kpis", on_list)
    registry.opening("/kpi", on_opening)
    registry.guess("/kpi", guess)
    registry.click(ids.KPI_SHOW, on_show_clicked)
    registry.click(ids.KPI_LIST_WHOLE, on_list_whole)
    registry.click(ids.KPI_SHARED, on_shared)
    registry.delivery(sharing.SHARED, render_shared)


async def on_show(command: Command) -> Reply:
    acting = await acting_in(command)
    request = grammar.parse_show(command.words, vocabulary_in(command, acting), command.today)
    return Say(await _answer(command, request, acting, _offered(command, request, acting)))


async def on_show_clicked(click: Click) -> Reply:
    acting = await acting_in(click)
    request = grammar.parse_show("", vocabulary_in(click, acting), click.today)
    if click.view is None:
        return Say(await _answer(click, request, acting, _offered(click, request, acting)))
    overview = await _answer(click, request, acting, PRIVATE)
    return OpenForm(overviews.overview_form(overview, click.t("kpis.all_title"), wording_in(click, acting)))


async def on_shared(click: Click) -> Reply:
    """The channel gets the answer as everybody may see it; the private one stays, without its button."""
    acting = await acting_in(click)
    answer = sharing.answer_in(click.value, acting.kpis)
    await click.services.storage.write(
        click.workspace_id, lambda db: sharing.share(db, answer, click.channel_id, acting)
    )
    return Replace(await _answer(click, answer.request, acting, Sharing(is_done=True)))


def _offered(ctx: Context, request: ShowRequest, acting: Acting) -> Sharing:
    """The button, where everybody may see what is in the answer and there is a channel to share it into."""
    if not sharing.is_channel(ctx.channel_id) or not sharing.may_be_shared(request, acting.kpis):
        return PRIVATE
    return Sharing(sharing.carried(sharing.Answer(request, ctx.key)))


async def _answer(ctx: Context, request: ShowRequest, acting: Acting, shared: Sharing) -> Message:
    w = wording_in(ctx, acting)
    return await ctx.services.storage.read(ctx.workspace_id, lambda db: answer_message(db, request, acting, w, shared))


async def on_list(command: Command) -> Reply:
    acting = await acting_in(command)
    if command.words:
        raise DomainError("kpis.list_alone")
    return Say(await _list(command, acting, is_whole=False))


async def on_list_whole(click: Click) -> Reply:
    return Replace(await _list(click, await acting_in(click), is_whole=True))


async def _list(ctx: Context, acting: Acting, *, is_whole: bool) -> Message:
    listed = await ctx.services.storage.read(
        ctx.workspace_id, lambda db: reading.read_listed(db, acting.kpis, acting.by.id, acting.today)
    )
    return lists.list_message(listed, wording_in(ctx, acting), is_whole=is_whole)


async def on_opening(command: Command) -> Reply:
    """`/kpi` alone: my KPIs this week, and where to go from here."""
    acting, week = await acting_in(command), containing(command.today, PeriodKind.WEEK)
    board = await command.services.storage.read(
        command.workspace_id,
        lambda db: reading.read_overview(db, acting.kpis, week, acting.today, acting.workdays, command.member.id),
    )
    w = wording_in(command, acting)
    return Say(overviews.overview_message(board, week, command.t("kpis.my_week"), w, is_mine=True))


async def guess(command: Command) -> str | None:
    """`/kpi revenue 3M` means `log revenue 3M`, `/kpi revenue last month` means `show`."""
    acting = await acting_in(command)
    meant = grammar.wanted_of(command.words, vocabulary_in(command, acting), command.today)
    if meant is None:
        return None
    return f"{command.t.words(f'kpis.words.{meant}')[0]} {shown(command.words)}"
