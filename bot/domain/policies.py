"""Who may change KPIs in a workspace, and the days on which it does not work. What a single KPI allows is in
`catalogue`; who is a guest or an outsider is in `members`, and neither may anything here."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.members import Member


class Who(StrEnum):
    """MEMBERS: everybody in the workspace but guests; OWNERS: the KPI's owners and admins; ADMINS: admins alone."""

    MEMBERS = "members"
    OWNERS = "owners"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a workspace allows: who defines KPIs of its own, who sets targets for the team, and who logs for others.
    `days_off` are the workspace's own days without work, beside weekends and public holidays."""

    define: Who = Who.MEMBERS
    target: Who = Who.MEMBERS
    log_for_others: Who = Who.OWNERS
    days_off: frozenset[date] = frozenset()


def allows(who: Who, member: Member, owners: tuple[str, ...] = ()) -> bool:
    """Whether a member may do what `who` may, for a KPI with these owners."""
    if member.left_out is not None:
        return False
    if member.is_admin:
        return True
    return who is Who.MEMBERS or (who is Who.OWNERS and member.id in owners)


def may_decide(policy: Policy, member: Member, owners: tuple[str, ...]) -> bool:
    """Whether a member may change, review or retire a KPI: its owners and admins; whoever may define KPIs where it has
    no owners."""
    return allows(Who.OWNERS if owners else policy.define, member, owners)
