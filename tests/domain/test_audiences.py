"""Who is asked: channels, groups and people, minus exceptions, without those who are left out unless wished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audiences import REASONS, Audience, select, sources_of
from bot.domain.members import LeftOut, Member

ADA, BIMA, CITRA = Member("U1", "Ada"), Member("U2", "Bima"), Member("U3", "Citra")
ROBOT = Member("U4", "Robot", is_bot=True)
GONE = Member("U5", "Gone", is_deleted=True)
GUEST = Member("U6", "Guest", is_guest=True)
OUTSIDER = Member("U7", "Outsider", is_outsider=True)
KNOWN = {each.id: each for each in (ADA, BIMA, CITRA, ROBOT, GONE, GUEST, OUTSIDER)}
EVERYBODY = ("U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8")
PRESENT = {"C1": ["U1", "U2"], "C2": ["U2", "U3"], "S1": ["U3"], "C3": EVERYBODY, "C4": []}


def asked(audience: Audience) -> list[str]:
    return [member.id for member in select(audience, PRESENT, KNOWN).members]


def left_out(audience: Audience) -> dict[str, int]:
    return dict(select(audience, PRESENT, KNOWN).left_out)


class TestWishes:
    def test_an_audience_of_nobody_is_empty(self):
        assert Audience().is_empty
        assert Audience(exceptions=("U1",), included=(LeftOut.GUEST,)).is_empty

    @pytest.mark.parametrize(
        "audience", [Audience(channels=("C1",)), Audience(groups=("S1",)), Audience(people=("U1",))]
    )
    def test_an_audience_of_anything_is_not(self, audience):
        assert not audience.is_empty

    @pytest.mark.parametrize("never", [LeftOut.BOT, LeftOut.DEACTIVATED])
    def test_bots_and_deactivated_people_cannot_be_included(self, never):
        with pytest.raises(ValueError, match=never):
            Audience(channels=("C1",), included=(LeftOut.GUEST, never))

    def test_guests_and_outsiders_can(self):
        assert Audience(included=(LeftOut.GUEST, LeftOut.OUTSIDER)).included == (LeftOut.GUEST, LeftOut.OUTSIDER)

    @pytest.mark.parametrize(
        ("audience", "expected"),
        [
            (Audience(channels=("C1",)), "C1"),
            (Audience(channels=("C1", "C1")), "C1"),
            (Audience(channels=("C1",), included=(LeftOut.GUEST,)), "C1"),
            (Audience(channels=("C1", "C2")), ""),
            (Audience(channels=("C1",), groups=("S1",)), ""),
            (Audience(channels=("C1",), people=("U3",)), ""),
            (Audience(channels=("C1",), exceptions=("U1",)), ""),
            (Audience(groups=("S1",)), ""),
            (Audience(), ""),
        ],
    )
    def test_the_only_channel_is_one_whole_channel_and_nothing_else(self, audience, expected):
        assert audience.only_channel == expected


class TestSelection:
    def test_everybody_in_the_channels_the_groups_and_the_people_named(self):
        assert asked(Audience(channels=("C1",))) == ["U1", "U2"]
        assert asked(Audience(groups=("S1",))) == ["U3"]
        assert asked(Audience(people=("U3", "U1"))) == ["U1", "U3"]
        assert asked(Audience(channels=("C1",), groups=("S1",))) == ["U1", "U2", "U3"]

    def test_each_once_however_often_they_are_named(self):
        assert asked(Audience(channels=("C2", "C1", "C2"), groups=("S1",), people=("U2", "U2"))) == ["U1", "U2", "U3"]

    def test_exceptions_are_taken_out_and_counted_if_they_were_in(self):
        audience = Audience(channels=("C1",), exceptions=("U2", "U3", "U2"))
        assert asked(audience) == ["U1"]
        assert left_out(audience) == {"exception": 1}

    def test_an_exception_wins_over_being_named(self):
        assert asked(Audience(people=("U1", "U2"), exceptions=("U1",))) == ["U2"]

    def test_bots_leavers_guests_outsiders_and_strangers_are_left_out_each_counted(self):
        audience = Audience(channels=("C3",))
        assert asked(audience) == ["U1", "U2", "U3"]
        assert left_out(audience) == {"bot": 1, "deactivated": 1, "guest": 1, "outsider": 1, "unknown": 1}

    @pytest.mark.parametrize(
        ("included", "more"),
        [
            ((LeftOut.GUEST,), ["U6"]),
            ((LeftOut.OUTSIDER,), ["U7"]),
            ((LeftOut.OUTSIDER, LeftOut.GUEST), ["U6", "U7"]),
        ],
    )
    def test_guests_and_outsiders_are_asked_if_that_is_wished(self, included, more):
        audience = Audience(channels=("C3",), included=included)
        assert asked(audience) == ["U1", "U2", "U3", *more]
        assert not {reason.value for reason in included} & set(left_out(audience))

    def test_being_named_does_not_include_a_guest_or_a_bot(self):
        audience = Audience(people=("U1", "U4", "U6"))
        assert asked(audience) == ["U1"]
        assert left_out(audience) == {"bot": 1, "guest": 1}

    def test_somebody_excepted_is_counted_as_such_whatever_else_they_are(self):
        audience = Audience(people=("U4", "U8"), exceptions=("U4", "U8"))
        assert left_out(audience) == {"exception": 2}

    def test_an_empty_channel_is_nobody_but_an_unread_one_is_an_error(self):
        assert asked(Audience(channels=("C4",))) == []
        with pytest.raises(KeyError):
            select(Audience(channels=("C9",)), PRESENT, KNOWN)
        with pytest.raises(KeyError):
            sources_of(Audience(groups=("S9",)), PRESENT, "U1")


class TestSources:
    def test_the_channels_and_groups_somebody_is_in_through(self):
        audience = Audience(channels=("C2", "C1", "C2"), groups=("S1",), people=("U1", "U6"))
        assert sources_of(audience, PRESENT, "U2") == ("C2", "C1")
        assert sources_of(audience, PRESENT, "U3") == ("C2", "S1")
        assert sources_of(audience, PRESENT, "U1") == ("C1",)

    def test_who_was_only_named_or_is_not_in_it_has_none(self):
        audience = Audience(channels=("C1",), people=("U6",))
        assert sources_of(audience, PRESENT, "U6") == ()
        assert sources_of(audience, PRESENT, "U3") == ()

    def test_nor_has_who_is_excepted(self):
        assert sources_of(Audience(channels=("C1",)), PRESENT, "U2") == ("C1",)
        assert sources_of(Audience(channels=("C1",), exceptions=("U2",)), PRESENT, "U2") == ()


ids = st.sampled_from([f"U{number}" for number in range(12)])
some_ids = st.lists(ids, max_size=8).map(tuple)
places = st.fixed_dictionaries(dict.fromkeys(("C1", "C2", "S1"), some_ids))
members = st.builds(
    Member, ids, is_bot=st.booleans(), is_deleted=st.booleans(), is_guest=st.booleans(), is_outsider=st.booleans()
)
directories = st.lists(members, max_size=12).map(lambda found: {member.id: member for member in found})
audiences = st.builds(
    Audience,
    st.lists(st.sampled_from(["C1", "C2"])).map(tuple),
    st.lists(st.just("S1"), max_size=1).map(tuple),
    some_ids,
    some_ids,
    st.lists(st.sampled_from([LeftOut.GUEST, LeftOut.OUTSIDER])).map(tuple),
)


@given(audiences, places, directories)
def test_everybody_named_is_asked_once_or_counted_once(audience, present, known):
    found = select(audience, present, known)
    named = set(audience.people).union(*(present[each] for each in (*audience.channels, *audience.groups)))
    chosen = [member.id for member in found.members]
    assert len(chosen) == len(set(chosen))
    assert len(chosen) + sum(found.left_out.values()) == len(named)
    assert set(chosen) <= named - set(audience.exceptions)
    assert all(count > 0 for count in found.left_out.values())
    assert list(found.left_out) == [reason for reason in REASONS if reason in found.left_out]


@given(audiences, places, directories)
def test_nobody_is_asked_who_must_not_be(audience, present, known):
    for member in select(audience, present, known).members:
        assert not member.is_bot
        assert not member.is_deleted
        assert member.left_out is None or member.left_out in audience.included


@given(audiences, places, directories)
def test_the_order_in_which_slack_lists_people_changes_nothing(audience, present, known):
    turned = {place: tuple(reversed(found)) for place, found in present.items()}
    assert select(audience, turned, dict(reversed(known.items()))) == select(audience, present, known)


@given(audiences, places, directories)
def test_who_is_asked_was_named_or_has_a_source(audience, present, known):
    for member in select(audience, present, known).members:
        assert member.id in audience.people or sources_of(audience, present, member.id)
