"""What every listener of one-on-ones needs: who acts, which meeting a button means, and how an answer appears where the
click was."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain.errors import DomainError
from bot.domain.one_on_ones import OneOnOne
from bot.interactions import Click, Context, FormErrors, Replace, Reply, Submission, UpdateForm
from bot.oneonones import forms, views
from bot.oneonones.facts import PairFacts
from bot.oneonones.jobs import company_of
from bot.oneonones.pairs import Acting
from bot.oneonones.reading import read_pair
from bot.slack.blocks import Message
from storage import UnitOfWork

Values = Mapping[str, Any]


def acting_of(context: Context) -> Acting:
    company = company_of(context.services)
    return Acting(context.member, context.now, context.today, context.zone, context.key, company)


def pair_in(values: Values) -> str:
    """The one-on-one a button or form is about; whether it is theirs is asked by whoever reads it."""
    return str(values.get("pair", ""))


def date_in(values: Values) -> date:
    """The date of its schedule a button or form is about. Raises DomainError `core.stale` for what is none."""
    try:
        return date.fromisoformat(str(values.get("on", "")))
    except ValueError:
        raise DomainError("core.stale") from None


def facts_for(db: UnitOfWork, context: Context, pair: OneOnOne) -> PairFacts:
    return read_pair(db, pair, context.member, context.zone, context.now)


def answered(click: Click, message: Message) -> Reply:
    """The message or form with the button turns into this."""
    if click.view is not None:
        return UpdateForm(views.note(message, click.t))
    return Replace(message)


def refused(submission: Submission, refusal: DomainError) -> Reply:
    """The form stays open and says what to change; what no input can help is said by the usual way."""
    block_id = forms.field_of(refusal, submission.inputs)
    if block_id not in submission.inputs:
        raise refusal
    # Slack draws no mentions in errors of a form, and the person is in sight there
    values = {**refusal.values, "person": submission.t("oneonones.form.this_person")}
    return FormErrors({block_id: submission.t(refusal.key, **values)})
