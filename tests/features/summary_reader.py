"""Reads a summary back: every number in its lines is compared with what was written to the database, added up by other
means. A line that is not understood, or a number that nobody checked, fails."""

import re
from collections.abc import Callable, Mapping

from bot.domain import enps
from bot.domain.actions import ActionState
from bot.domain.enps import SCALE_0_10
from bot.domain.pacing import Status
from bot.domain.periods import PeriodKind
from bot.i18n import Translator
from bot.summaries.verdicts import NOT_GOOD
from tests.features.summary_figures import Figures, is_told, pattern, score
from tests.features.summary_worlds import KPIS, NAMES, World

Said = Mapping[str, str]
Check = Callable[[Said], None]


class Reader(Figures):
    """Reads a summary line by line, and takes from each what it has checked; what is left must hold no number."""

    def __init__(self, world: World, t: Translator) -> None:
        super().__init__(world, t)
        self.rows_read: list[str] = []
        self.checked = 0

    def read(self, text: str) -> None:
        """A whole post, or a whole thread."""
        lines = text.replace("\N{NO-BREAK SPACE}", " ").split("\n")
        for line in lines:
            left = self.line(line)
            assert not re.search(r"\d", left), f"nobody checked {left!r} of {line!r}"

    def line(self, line: str) -> str:
        kinds = (self.title, self.row, self.chart, self.needed, self.pulse, self.bullet, self.count, self.headline)
        for kind in kinds:
            left = kind(line)
            if left is not None:
                self.checked += 1
                return left
        return line

    def every(self, keys: dict[str, Check], line: str) -> str:
        """Checks and takes out whatever of these texts is in a line."""
        for key, check in keys.items():
            for form in self.t.forms(key):
                for found in list(re.finditer(pattern(form.replace("{before}", self.before), self.names), line)):
                    check(found.groupdict())
                    line = line.replace(found[0], "", 1)
        return line

    def title(self, line: str) -> str | None:
        world = self.world
        kinds = (f"summaries.title.{world.kind}", f"summaries.title.{world.kind}_so_far")
        wanted = kinds[world.is_running]
        title = re.fullmatch(pattern(self.t(wanted, days="DAYS").replace("DAYS", "{days}"), ""), line)
        details = re.fullmatch(
            pattern(self.t("summaries.details", title="TITLE").replace("TITLE", "{title}"), ""), line
        )
        nothing = re.fullmatch(pattern(self.t.forms("summaries.nothing")[0], ""), line)
        if nothing or details:
            return self.title((nothing or details)["title"])  # type: ignore[index]
        if not title or not re.search(r"\d", title["days"]) or ":" in line:
            return None
        last = min(world.last, world.today)
        quarter = [(world.first.month + 2) // 3, world.first.year]
        days = {PeriodKind.MONTH: [world.first.year], PeriodKind.QUARTER: quarter}
        if world.first == world.last:
            days[PeriodKind.DAY] = [last.day]
        wanted_numbers = days.get(world.kind, [world.first.day, last.day])
        assert [int(each) for each in re.findall(r"\d+", title["days"])] == wanted_numbers
        return ""

    def row(self, line: str) -> str | None:
        target = pattern(self.t.forms("summaries.row_target")[0], self.names).replace("P<target>.+?", "P<target>[^;]+?")
        changes = "|".join(
            pattern(self.t.forms(f"summaries.row_{how}")[0].replace("{before}", self.before), self.names).replace(
                "P<change>", f"P<{how}>"
            )
            for how in ("usual", "change")
        )
        alone = "|".join(
            pattern(self.t.forms(f"summaries.{why}")[0], "").replace("P<d", "P<_d") for why in ("own_days", "since")
        )
        found = re.fullmatch(
            rf"(?P<kpi>{self.names}): (?P<value>[^;(]+?)( \((?P<alone>{alone})\))?(; {target})?(; ({changes}))?\.", line
        )
        if not found:
            return None
        kpi = self.keys[found["kpi"]]
        assert (found["alone"] or "") == self.alone(kpi)
        self.rows_read.append(kpi)
        self.same(found["value"], self.world.value(kpi))
        change = self.world.change(kpi)
        assert bool(found["usual"] or found["change"]) == (change is not None)
        if change is not None:
            self.changed(found["usual"] or found["change"], change)
            moved = round(change, 1) != 0
            assert bool(found["usual"]) == bool(moved and self.world.usual(kpi))
        assert bool(found["target"]) == (kpi in self.world.targets)
        if found["target"] and self.world.judged(kpi) == self.world.value(kpi) and not self.world.is_rarer(kpi):
            asked, _, status = (
                found["target"].partition(", ") if self.t.language == "id" else self._parted(found["target"])
            )
            self.same(asked, self.world.targets[kpi])
            self.status(kpi, status)
        return ""

    def _parted(self, text: str) -> tuple[str, str, str]:
        asked, comma, status = text.rpartition(", ") if re.search(r", [a-z]", text) else (text, "", "")
        return asked, comma, status

    def headline(self, line: str) -> str | None:
        return self.every(
            {
                **{f"summaries.said.{status}": self.said(status) for status in Status},
                **{
                    f"summaries.{way}.{how}": self.moved(way, how)
                    for way in ("rose", "fell")
                    for how in ("most", "alone")
                },
                "summaries.coming_item": self.coming,
                "summaries.coming_more": self.nothing_to_check,
                "summaries.partly_item": self.partly,
                "summaries.compared": self.nothing_to_check,
                "summaries.usual_means": self.nothing_to_check,
                "summaries.targets_compared": self.nothing_to_check,
                "summaries.all_usual": self.nothing_new,
                "summaries.steady": self.all_steady,
                "summaries.steady_compared": self.steady,
                "summaries.no_numbers": self.no_numbers,
                "summaries.only_own_days": self.only_own_days,
                "summaries.nothing_to_compare": self.nothing_to_compare,
                "summaries.from_zero": self.from_zero,
                "summaries.others_usual": self.others_usual,
                "summaries.others_unusual": self.others_unusual,
                "summaries.said.met_exactly": self.exactly,
                "summaries.others.met": self.others((Status.MET,)),
                "summaries.others.on_track": self.nothing_to_check,
                "summaries.others.also_on_track": self.nothing_to_check,
                "summaries.others.not_good": self.others(NOT_GOOD),
            },
            line,
        )

    def needed(self, line: str) -> str | None:
        """In the one running period that has targets, of a Friday, the last working day must bring all that is left."""
        found = re.fullmatch(pattern(self.t.forms("summaries.needed")[0], ""), line)
        if not found:
            return None
        for item in found["items"].split("; "):
            said = re.fullmatch(pattern(self.t.forms("summaries.needed_item")[0], self.names), item)
            assert said
            kpi = self.keys[said["kpi"]]
            self.same(said["value"], self.world.targets[kpi] - (self.world.judged(kpi) or 0))
        return ""

    def nothing_to_check(self, _said: Said) -> None:
        """A count of what pacing decides, which has tests of its own."""

    def said(self, status: Status) -> Check:
        def check(said: Said) -> None:
            kpi = self.keys[said["kpi"]]
            self.same(said["actual"], self.world.judged(kpi))
            self.same(said["target"], self.world.targets[kpi])
            self.status(kpi, self.t(f"kpi.status.{status}"))
            assert not self.world.is_coming(kpi), "what is mostly missing is not judged"

        return check

    def moved(self, way: str, how: str) -> Check:
        def check(said: Said) -> None:
            kpi = self.keys[said["kpi"]]
            change = self.world.change(kpi)
            assert change is not None
            self.changed(said["change"], change)
            assert (change > 0) == (way == "rose")
            assert self.world.usual(kpi) is not True, "noise is no news"
            assert not self.world.is_coming(kpi)
            if how == "most":
                others = [self.world.change(each) for each in KPIS if not self.world.is_coming(each)]
                assert abs(change) == max(abs(each) for each in others if each is not None)

        return check

    def nothing_new(self, _said: Said) -> None:
        judged = [kpi for kpi in KPIS if not self.world.is_coming(kpi) and self.world.change(kpi)]
        assert all(self.world.usual(kpi) for kpi in judged if round(self.world.change(kpi) or 0, 1))

    def steady(self, _said: Said) -> None:
        for kpi in KPIS:
            value, then = self.world.value(kpi), self.world.then(kpi)
            if value is not None and then is not None and self.world.is_comparable(kpi):
                if self.world.is_coming(kpi):
                    continue
                assert value == then or (then and not round(self.world.change(kpi) or 0, 1))

    def all_steady(self, said: Said) -> None:
        self.steady(said)
        told = [kpi for kpi in KPIS if self.world.value(kpi) is not None]
        assert not any(self.world.is_rarer(kpi) or self.world.logged_since(kpi) for kpi in told)

    def no_numbers(self, _said: Said) -> None:
        assert not any(self.world.sum(kpi, self.world.first, self.world.last) for kpi in KPIS)

    def only_own_days(self, _said: Said) -> None:
        assert all(self.world.is_rarer(kpi) for kpi in KPIS if self.world.value(kpi) is not None)

    def nothing_to_compare(self, _said: Said) -> None:
        told = [kpi for kpi in KPIS if self.world.value(kpi) is not None and not self.world.is_rarer(kpi)]
        assert told
        assert not any(self.world.change(kpi) for kpi in told if not self.world.is_coming(kpi))

    def from_zero(self, said: Said) -> None:
        kpi = self.keys[said["kpi"]]
        assert self.world.is_comparable(kpi)
        self.same(said["value"], self.world.value(kpi))
        self.same(said["was"], self.world.then(kpi))
        assert self.world.then(kpi) == 0
        assert self.world.value(kpi)

    def others(self, statuses: tuple[Status, ...]) -> Check:
        def check(said: Said) -> None:
            if self.world.is_running:
                return
            judged = [
                value >= target
                for kpi, target in self.world.targets.items()
                if (value := self.world.judged(kpi)) is not None and not self.world.is_coming(kpi)
            ]
            count = sum(met == (statuses == (Status.MET,)) for met in judged) - 1
            assert int(said.get("n", "1")) == count

        return check

    def others_usual(self, said: Said) -> None:
        usual = [
            kpi
            for kpi in KPIS
            if self.world.usual(kpi) and round(self.world.change(kpi) or 0, 1) and not self.world.is_coming(kpi)
        ]
        assert int(said.get("n", "1")) == len(usual)

    def others_unusual(self, said: Said) -> None:
        unusual = [
            kpi
            for kpi in KPIS
            if self.world.usual(kpi) is False
            and round(self.world.change(kpi) or 0, 1)
            and not self.world.is_coming(kpi)
        ]
        assert int(said.get("n", "1")) == len(unusual) - 1

    def exactly(self, said: Said) -> None:
        kpi = self.keys[said["kpi"]]
        assert self.world.judged(kpi) == self.world.targets[kpi]
        self.same(said["target"], self.world.targets[kpi])

    def own_exactly(self, said: Said) -> None:
        kpi, target = self.keys[said["kpi"]], self.number(said["target"])[0]
        self.own({**said, "value": said["target"]})
        assert self.world.judged(kpi, next(who for who, name in NAMES.items() if name == said["person"])) == target

    def coming(self, said: Said) -> None:
        assert self.world.is_coming(self.keys[said["kpi"]])
        self.logged(said)

    def partly(self, said: Said) -> None:
        kpi = self.keys[said["kpi"]]
        assert self.world.missing(kpi)
        assert not self.world.is_coming(kpi)
        self.logged(said)

    def logged(self, said: Said) -> None:
        kpi = self.keys[said["kpi"]]
        usual = self.world.regulars(kpi)
        assert (int(said["logged"]), int(said["usual"])) == (len(usual) - len(self.world.missing(kpi)), len(usual))

    def chart(self, line: str) -> str | None:
        said = re.fullmatch(pattern(self.t.forms("summaries.chart_said")[0], ""), line)
        if not said:
            return None
        points = said["points"].split("; ")
        assert str(len(points)) in said["title"]
        if said["title"].startswith("eNPS"):
            scores = [score(counts) for _, counts, _ in self.world.rounds if is_told(counts)]
            assert [self.signed(each.split(" ")[-1]) for each in points] == scores
            return ""
        kpi = self.keys[re.findall(self.names, said["title"])[0]]
        assert not self.world.is_rarer(kpi), "a chart of days without any number"
        for back, point in zip(range(len(points) - 1, -1, -1), points, strict=True):
            value = self.world.sum(kpi, *self.world.whole(back))
            if value is None:
                assert point.endswith(self.t("kpi.no_data"))
            else:
                (words,) = re.findall(r"(?:Rp )?[\d.,]+(?: ?(?:jt|M|B|T))?$", point)
                self.same(words, value)
        return ""

    def pulse(self, line: str) -> str | None:
        if not line.startswith("eNPS "):
            return None
        day, counts, asked = self.world.rounds[-1]
        answers = sum(counts.values())
        share = f"{round(100 * answers / asked)}%"
        before, who, after = line.partition(self.t("summaries.answered", answers=answers, asked=asked, share=share))
        assert who
        assert f" {day.day} " in before
        if not is_told(counts):
            assert "95" not in before
            return ""
        tally = enps.tally({value: count for value, count in counts.items() if count}, SCALE_0_10)
        between = enps.interval(tally)
        found = re.findall(r"[+\N{MINUS SIGN}]\d+|\b0\b", before)
        assert [self.signed(each) for each in found] == [score(counts), round(between.low), round(between.high)]
        for change in re.findall(r"[+\N{MINUS SIGN}]?\d+", after):
            earlier = enps.tally({v: count for v, count in self.world.rounds[-2][1].items() if count}, SCALE_0_10)
            assert self.signed(change) == round(enps.score(tally) - enps.score(earlier))
        return ""

    def bullet(self, line: str) -> str | None:
        if not line.startswith("• "):
            return None
        own = f"summaries.win.best.{self.world.kind}"
        checks = {
            "summaries.win.own_exactly": self.own_exactly, "summaries.win.met_exactly": self.exactly,
            "summaries.win.own": self.own, "summaries.win.met": self.met, own: self.best,
            "summaries.attention.item": self.attention, "summaries.action.overdue": self.promise("overdue"),
            "summaries.action.open_by": self.promise("open_by"), "summaries.action.open": self.promise("open"),
            "summaries.action.done": self.promise("done"), "summaries.action.dropped": self.promise("dropped"),
            "summaries.more_in_thread": self.nothing_to_check,
        }  # fmt: skip
        for key, check in checks.items():
            for form in self.t.forms(key):
                found = re.fullmatch(f"• {pattern(form, self.names)}", line)
                if found:
                    check(found.groupdict())
                    return ""
        return None

    def met(self, said: Said) -> None:
        self.said(Status.MET)({"kpi": said["kpi"], "actual": said["value"], "target": said["target"]}) if (
            not self.world.is_coming(self.keys[said["kpi"]])
        ) else self.same(said["value"], self.world.judged(self.keys[said["kpi"]]))

    def own(self, said: Said) -> None:
        kpi = self.keys[said["kpi"]]
        who = next(each for each, name in NAMES.items() if name == said["person"])
        assert who in self.world.named, "only who agreed is named"
        (target,) = {value for key, owner, value in self.world.own_targets if (key, owner) == (kpi, who)}
        value = self.world.judged(kpi, who)
        assert value is not None
        assert value >= target
        self.same(said["value"], value)
        self.same(said["target"], target)

    def best(self, said: Said) -> None:
        kpi, count = self.keys[said["kpi"]], int(said["n"])
        value = self.world.value(kpi)
        self.same(said["value"], value)
        spans = [self.world.whole(back) for back in range(1, 13)]
        others = [self.world.sum(kpi, *each) for each in spans[: count - 1]]
        assert value is not None
        assert count >= 7
        assert all(each is not None and each < value for each in others)
        assert not any(self.world.is_half(kpi, *each) for each in spans[: count - 1])
        assert not self.world.is_rarer(kpi)

    def attention(self, said: Said) -> None:
        kpi = self.keys[said["kpi"]]
        self.same(said["actual"], self.world.judged(kpi))
        self.same(said["target"], self.world.targets[kpi])
        self.status(kpi, said["status"])
        assert (self.world.judged(kpi) or 0) < self.world.targets[kpi]

    def promise(self, kind: str) -> Check:
        def check(said: Said) -> None:
            (action,) = [each for each in self.world.told_actions if each.text == said["text"]]
            assert NAMES[action.owner_id] == said["person"]
            is_late = action.due_on is not None and action.due_on < self.world.today
            open_as = "open" if action.due_on is None else "overdue" if is_late else "open_by"
            assert kind == (open_as if action.state is ActionState.OPEN else action.state.value)
            if action.due_on is not None and action.state is ActionState.OPEN:
                assert str(action.due_on.day) in said["day"]

        return check

    def count(self, line: str) -> str | None:
        for form in self.t.forms("summaries.owing_count"):
            found = re.fullmatch(pattern(form, ""), line)
            if found:
                assert int(found.groupdict().get("n") or 1) == len(self.world.owing())
                return ""
        start = self.t("summaries.actions.title", counts="").rstrip()
        if line.startswith(start):
            states = [each.state for each in self.world.told_actions]
            counts = (states.count(each) for each in (ActionState.DONE, ActionState.OPEN, ActionState.DROPPED))
            assert [int(each) for each in re.findall(r"\d+", line)] == [each for each in counts if each]
            return ""
        return None
