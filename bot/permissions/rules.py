"""The words of the table: who, how fast, and which deeds are written down."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.audit import Deed
from bot.rate_limits import Pace


class Who(StrEnum):
    """Who may call a listener. Bots and deactivated people never may; where it is not said, neither may guests and
    people of other organisations. Those of the second half come through the gate as members; that they are the ones is
    checked where the thing itself is read."""

    ANYBODY = "anybody"
    """Whoever can reach us, guests and people of other organisations too: what is theirs is theirs."""
    INVITED = "invited"
    """Whom the round asked, guests and people of other organisations too if its author included them."""
    MEMBER = "member"
    """Every full member of the workspace."""
    ADMIN = "admin"
    """Admins and owners of the workspace, as Slack says."""
    SLACK = "slack"
    """Nobody: Slack itself tells of something."""
    TOKEN = "token"  # noqa: S105 (a word, no secret)
    """A program with a token that an admin made, within what that admin may."""
    WORLD = "world"
    """Whoever can reach the HTTP port: the same public text for everybody."""

    AUTHOR = "author"
    """Who set up the survey, summary or check-in, and admins."""
    DRAFTER = "drafter"
    """Who is writing this draft, and nobody else."""
    READER = "reader"
    """The survey's author, those it names as receivers, and admins."""
    VIEWER = "viewer"
    """Who may see the KPI (`bot.domain.catalogue.Visibility`)."""
    LOGGER = "logger"
    """Oneself; for others who the workspace's policy says (`Policy.log_for_others`)."""
    CORRECTOR = "corrector"
    """Who logged the value, whose it is, the KPI's owners, and admins."""
    DEFINER = "definer"
    """Who the workspace's policy says (`Policy.define`)."""
    KPI_OWNER = "kpi_owner"
    """The KPI's owners and admins; where it has none, who may define KPIs."""
    TARGETER = "targeter"
    """Oneself for one's own; for the team's who the policy says; for another's the KPI's owners and admins."""
    PAIR = "pair"
    """The two of the one-on-one. Nobody else, admins neither."""
    PARTNER = "partner"
    """Whose action it is, who asked for it, and admins unless it is of a one-on-one."""
    ASKED = "asked"
    """Whom the question was sent to."""
    ONESELF = "oneself"
    """A member, for what is theirs alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: who may, how fast (`bot.rate_limits`), and which deeds are written into the audit log, for those that are
    administrative. `refusal` is the text for members the gate keeps out."""

    who: Who
    pace: Pace = Pace.CLICK
    deeds: tuple[Deed, ...] = ()
    refusal: str = "core.admins_only"
