"""Charts as pictures: whatever a chart block says comes out as a well-formed drawing in which everything lies on the
card and no text stands on another, and as a PNG of the right size."""

import itertools
import json
import math
import re
import struct
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest
import resvg_py
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.charts import Chart, ChartKind, Series
from bot.slack.chart_axes import nice_scale
from bot.slack.chart_figures import chart_of, in_words, number
from bot.slack.chart_paper import (
    ASCENT,
    CARD,
    COLOURS,
    DESCENT,
    FAINT,
    FONTS,
    HEIGHT,
    INK,
    WIDTH,
    Box,
    clean,
    fitting,
    text_width,
)
from bot.slack.chart_png import has_font, png_of
from bot.slack.chart_svg import chart_svg
from bot.slack.charts import chart_block

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "defs", "pattern", "g", "rect", "circle", "line", "polyline", "polygon", "path", "text"}
NBSP = "\N{NO-BREAK SPACE}"


def axes(
    kind: str, series: dict[str, list[Any]], categories: list[str] | None = None, title: str = "Mood", **more: str
) -> dict[str, Any]:
    """A chart block with axes; None is a category in which a series has no point."""
    count = max((len(values) for values in series.values()), default=0)
    labels = categories or [f"W{at}" for at in range(1, count + 1)]
    drawn = [
        {
            "name": name,
            "data": [{"label": a, "value": v} for a, v in zip(labels, values, strict=False) if v is not None],
        }
        for name, values in series.items()
    ]
    chart = {"type": kind, "series": drawn, "axis_config": {"categories": labels, **more}}
    return {"type": "data_visualization", "title": title, "chart": chart}


def pie(title: str = "Mood", /, **segments: float) -> dict[str, Any]:
    drawn = [{"label": label, "value": value} for label, value in segments.items()]
    return {"type": "data_visualization", "title": title, "chart": {"type": "pie", "segments": drawn}}


def drawing(block: dict[str, Any]) -> ElementTree.Element:
    return ElementTree.fromstring(chart_svg(block))


def shown(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Everything that is on the card, in the order it is put there."""
    defined = {id(each) for definitions in root.iter(f"{SVG}defs") for each in definitions.iter()}
    return [each for each in root.iter() if id(each) not in defined]


def texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def box(text: ElementTree.Element) -> Box:
    size = float(text.attrib["font-size"])
    width = text_width(text.text or "", size, bold="font-weight" in text.attrib)
    left = float(text.attrib["x"]) - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.attrib["text-anchor"]] * width
    y = float(text.attrib["y"])
    return Box(left, y - ASCENT * size, left + width, y + DESCENT * size)


def corners(element: ElementTree.Element) -> list[tuple[float, float]]:
    """The outermost points of a shape or text."""
    tag, at = element.tag.removeprefix(SVG), element.attrib
    if tag == "text":
        place = box(element)
        return [(place.left, place.top), (place.right, place.bottom)]
    if tag in ("polyline", "polygon"):
        return [tuple(map(float, point.split(","))) for point in at["points"].split()]  # type: ignore[misc]
    if tag == "path":
        return [(float(x), float(y)) for x, y in re.findall(r"[ML ]([-\d.]+) ([-\d.]+)(?= [LAZ])", at["d"])]
    if tag == "circle":
        x, y, r = (float(at[name]) for name in ("cx", "cy", "r"))
        return [(x - r, y - r), (x + r, y + r)]
    if tag == "line":
        return [(float(at["x1"]), float(at["y1"])), (float(at["x2"]), float(at["y2"]))]
    if tag == "rect":
        x, y, width, height = (float(at[name]) for name in ("x", "y", "width", "height"))
        assert width >= 0 <= height
        return [(x, y), (x + width, y + height)]
    return []


def check(root: ElementTree.Element) -> None:
    """Raises AssertionError for a drawing that has strange parts, leaves the card, or puts text on text."""
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= SHAPES
    for element in shown(root):
        for x, y in corners(element):
            assert -0.01 <= x <= WIDTH + 0.01, ElementTree.tostring(element)
            assert -0.01 <= y <= HEIGHT + 0.01, ElementTree.tostring(element)
    placed = [(box(text), text.text) for text in root.iter(f"{SVG}text")]
    for (one, said), (other, also) in itertools.combinations(placed, 2):
        inner = Box(one.left + 0.02, one.top + 0.02, one.right - 0.02, one.bottom - 0.02)  # coordinates are rounded
        assert not inner.meets(other), (said, also)


class TestTheCheckItself:
    def test_sees_what_leaves_the_card(self) -> None:
        block = axes("line", {"Team": [1, 2]})
        check(drawing(block))
        with pytest.raises(AssertionError):
            check(ElementTree.fromstring(chart_svg(block).replace('<circle cx="', '<circle cx="9')))

    def test_sees_text_on_text(self) -> None:
        svg = chart_svg(axes("line", {"Team": [1, 2]}))
        again = svg[svg.index("<text") : svg.index("</text>") + len("</text>")]
        with pytest.raises(AssertionError, match="Mood"):
            check(ElementTree.fromstring(svg.replace("</g></svg>", f"{again}</g></svg>")))


any_text = (
    st.text(max_size=60) | st.text("<>&\"'W@m%", max_size=60) | st.text(st.characters(codec="utf-8"), max_size=30)
)
any_number = (
    st.integers(-(10**12), 10**12) | st.floats() | st.floats(-5, 5) | st.integers() | st.none() | st.just(10**400)
)


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, Any]:
    """Chart blocks, also such as nobody should make: too long, with gaps, with numbers beyond all bounds."""
    kind = draw(st.sampled_from(["line", "bar", "area", "pie"]))
    if kind == "pie":
        pairs = draw(st.lists(st.tuples(any_text, any_number), max_size=14))
        chart: dict[str, Any] = {"type": kind, "segments": [{"label": a, "value": v} for a, v in pairs]}
        return {"type": "data_visualization", "title": draw(any_text), "chart": chart}
    categories = draw(st.lists(any_text, max_size=22, unique=True))
    names = draw(st.lists(any_text, max_size=14, unique=True))
    count = len(categories)
    series = {name: draw(st.lists(any_number, min_size=count, max_size=count)) for name in names}
    return axes(kind, series, categories, draw(any_text), y_label=draw(any_text))


@given(blocks())
@example(axes("bar", {f"A very long name {n}": [n - 3] * 20 for n in range(12)}))
@example(axes("line", {"a": [-1.7e308, 1.7e308]}))
@example(axes("line", {"a": [1e-320, 0]}))
@example(axes("area", {"": [0]}))
@example(pie(**{f"A very long name {n}": 10**n for n in range(12)}))
def test_whatever_a_block_says_is_drawn_well(block: dict[str, Any]) -> None:
    try:
        root = drawing(block)
    except ValueError as refused:
        assert "nothing to draw" in str(refused)  # noqa: PT017  both outcomes are fine
        return
    check(root)
    words = in_words(chart_of(block))
    assert 1 <= len(words) <= 2000


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"chart": None},
        {"chart": {"type": "radar"}},
        {"chart": {"type": "pie"}},
        {"chart": {"type": "pie", "segments": [{"label": "a", "value": 0}, {"label": "b", "value": -1}, None]}},
        {"chart": {"type": "line", "series": [{"name": "a"}], "axis_config": {"categories": ["a"]}}},
        {"chart": {"type": "line", "series": "x", "axis_config": 3}},
        axes("bar", {"a": [math.nan, math.inf, True]}),
    ],
)
def test_a_block_with_nothing_to_draw_is_refused(block: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"nothing to draw|is not a valid ChartKind"):
        chart_svg(block)


def test_what_people_wrote_is_text_and_nothing_else() -> None:
    name = "</text><script>'&\""
    root = drawing(axes("line", {name: [1], "other": [2]}, ["<b>\x00\x1b\u202eW1\n"], "&amp; <i>", y_label="]]>"))
    check(root)
    assert {"&amp; <i>", name, "<b>W1", "]]>"} <= set(texts(root))


class TestNumbersAndWords:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0, "0"),
            (-0.0, "0"),
            (3.9, "3.9"),
            (12_500_000, f"12{NBSP}500{NBSP}000"),
            (-1234.5, f"−1{NBSP}234.5"),
            (0.1234, "0.1234"),
            (1.1251, "1.13"),
            (-0.00001, "0"),
            (3.4e38, "3.4e+38"),
        ],
    )
    def test_without_a_language_a_number_is_read_alike_in_every_one(self, value: float, text: str) -> None:
        assert number(value) == text

    @pytest.mark.parametrize(
        ("language", "said"),
        [("id", ("1,21", "−0,5", f"12{NBSP}500,25")), ("en", ("1.21", "−0.5", f"12{NBSP}500.25")), ("tlh", ("1.21",))],
    )
    def test_the_decimal_sign_is_that_of_the_language(self, language: str, said: tuple[str, ...]) -> None:
        assert tuple(number(value, language) for value in (1.21, -0.5, 12_500.25)[: len(said)]) == said

    def test_a_picture_is_in_the_language_of_its_chart(self) -> None:
        def told(language: str) -> tuple[set[str], str]:
            series = (Series("Pendapatan", (1.26, 0.5)), Series("Target", (1.2, 1.2)))
            chart = Chart(ChartKind.LINE, "Pendapatan", ("W1", "W2"), series, "Rp", language)
            block = chart_block(chart)
            return set(texts(drawing(block))), in_words(chart_of(block))

        indonesian, words = told("id")
        assert {"1,5", "1,0", "0,5", "1,2"} <= indonesian
        assert words == "Pendapatan. Pendapatan: 0,5 (W2); Target: 1,2 (W2)"
        english, words = told("en")
        assert {"1.5", "1.0", "0.5", "1.2"} <= english, "the control"
        assert words == "Pendapatan. Pendapatan: 0.5 (W2); Target: 1.2 (W2)"

    def test_the_only_series_goes_by_the_title(self) -> None:
        assert in_words(chart_of(axes("line", {"Hasil": [3.4, 3.9]}, title="Suasana"))) == "Suasana. 3.9 (W2)"

    def test_the_words_have_the_title_and_the_latest_values(self) -> None:
        block = axes("line", {"Hasil": [3.4, 3.9, None], "Target": [4, 4, 4]}, ["1 Nov", "8 Nov", "15 Nov"], "Suasana")
        assert in_words(chart_of(block)) == "Suasana. Hasil: 3.9 (8 Nov); Target: 4 (15 Nov)"

    def test_of_a_pie_they_have_every_segment(self) -> None:
        assert in_words(chart_of(pie("Answers", yes=3, no=1250))) == f"Answers. yes: 3; no: 1{NBSP}250"


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_ticks_are_nice_and_hold_every_value(one: float, other: float) -> None:
    low, high = sorted((one, other))
    scale = nice_scale(low, high)
    tolerance = (scale.high - scale.low) * 1e-6
    assert scale.low <= low + tolerance
    assert high - tolerance <= scale.high
    assert 2 <= len(scale.ticks) <= 8
    step = scale.ticks[1] - scale.ticks[0]
    factor = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(factor - nice) for nice in (1, 2, 5)) < 1e-3


class TestWhatIsDrawn:
    def test_the_numbers_of_one_series_of_bars_stand_on_them(self) -> None:
        root = drawing(axes("bar", {"eNPS": [-20, 5, -3, 31]}, ["Q1", "Q2", "Q3", "Q4"], "eNPS"))
        assert {"−20", "5", "−3", "31"} <= set(texts(root))

    def test_bars_grow_from_nought_both_ways(self) -> None:
        root = drawing(axes("bar", {"eNPS": [-20, 10]}))
        down, up = (each for each in shown(root) if each.attrib.get("fill", "").startswith("url("))
        foot = float(up.attrib["y"]) + float(up.attrib["height"])
        assert float(down.attrib["y"]) == pytest.approx(foot, abs=0.02)
        zero = [each for each in root.iter(f"{SVG}line") if each.attrib["stroke-width"] == "2"]
        assert [float(each.attrib["y1"]) for each in zero] == [pytest.approx(foot, abs=0.02)]

    def test_a_gap_breaks_the_line(self) -> None:
        root = drawing(axes("line", {"Mood": [1, 2, None, 2, 3]}))
        assert [len(each.attrib["points"].split()) for each in root.iter(f"{SVG}polyline")] == [2, 2]

    def test_one_point_is_a_mark_with_its_number(self) -> None:
        root = drawing(axes("line", {"Mood": [-12]}))
        assert len(list(root.iter(f"{SVG}circle"))) == 1
        assert "−12" in texts(root)

    @pytest.mark.parametrize("kind", ["line", "bar"])
    def test_six_series_differ_without_their_colours(self, kind: str) -> None:
        svg = chart_svg(axes(kind, {f"S{n}": [n + 1, n + 2] for n in range(6)}))
        root = ElementTree.fromstring(re.sub("|".join(COLOURS), "#000000", svg))
        if kind == "line":
            looks = [each.attrib.get("stroke-dasharray", "") for each in root.iter(f"{SVG}polyline")]
        else:
            looks = [
                "".join(ElementTree.tostring(part, "unicode") for part in each) for each in root.iter(f"{SVG}pattern")
            ]
        assert len(set(looks)) == 6
        assert [f"S{n}" for n in range(6)] == [text for text in texts(root) if text.startswith("S")], "the legend"

    def test_one_series_needs_no_legend(self) -> None:
        assert "Team" not in texts(drawing(axes("line", {"Team": [1, 2]})))

    def test_the_last_category_is_always_named(self) -> None:
        labels = [f"Minggu yang panjang {n}" for n in range(20)]
        named = [text for text in texts(drawing(axes("line", {"Team": list(range(20))}, labels))) if "Minggu" in text]
        assert 2 <= len(named) < 20
        short = list("abcdefghijklmnopqrst")
        assert set(short) <= set(texts(drawing(axes("line", {"Team": list(range(20))}, short)))), "the control"

    def test_a_pie_names_each_slice_with_its_number_and_share(self) -> None:
        root = drawing(pie("Answers", Promoter=12, Passive=7, Detractor=1))
        assert {"Promoter", f"12 · 60{NBSP}%", f"7 · 35{NBSP}%", f"1 · 5{NBSP}%"} <= set(texts(root))
        assert len(list(root.iter(f"{SVG}path"))) == 3

    def test_a_whole_pie_is_a_circle(self) -> None:
        root = drawing(pie("Answers", Promoter=12))
        assert len(list(root.iter(f"{SVG}circle"))) == 1
        assert f"12 · 100{NBSP}%" in texts(root)


def luminance(colour: str) -> float:
    """Relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("colour", [*COLOURS, INK, FAINT])
def test_every_colour_stands_out_from_the_card(colour: str) -> None:
    assert (luminance(CARD) + 0.05) / (luminance(colour) + 0.05) >= 4.5


class TestText:
    @pytest.mark.parametrize(
        "text",
        ["Pendapatan", "WWWMMM", "illiterate fjord", f"12{NBSP}500{NBSP}000.75", f"−6.5 · 50{NBSP}%", "Ångström Žižka",
         "QUARTER GOAL", "Beban kerja…", "a@b_c&d #1 (2) [3]", "Выручка за неделю", "Έσοδα", "JAKARTA–BANDUNG"],
    )  # fmt: skip
    @pytest.mark.parametrize("bold", [False, True])
    def test_is_never_wider_than_it_is_taken_for(self, text: str, bold: bool) -> None:
        """A text that begins so far left of the picture that it should just end before it leaves it empty."""

        def seen(share: float) -> bytes:
            x = -share * text_width(text, bold=bold)
            weight = 700 if bold else 400
            words = text.replace("&", "&amp;")
            return resvg_py.svg_to_bytes(
                svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="30"><text x="{x}" y="22"'
                f' font-family="{FONTS}" font-size="16" font-weight="{weight}">{words}</text></svg>'
            )

        assert seen(1) == seen(100)
        assert seen(0.5) != seen(100), "the control: half of it is seen"

    @given(st.text(), st.floats(0, 300))
    def test_fits_where_it_is_to_fit(self, text: str, width: float) -> None:
        assert text_width(fitting(text, width)) <= width

    def test_loses_what_xml_cannot_carry(self) -> None:
        assert clean("a\x00b\ud800c\n\t d\u202e") == "abc d"


class TestPng:
    def test_is_one_twice_the_size_of_the_drawing(self) -> None:
        png = png_of(json.loads(json.dumps(axes("area", {"Team": [1, 3, 2]}))))
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", png[16:24]) == (2 * WIDTH, 2 * HEIGHT)
        assert png != png_of(axes("area", {"Team": [1, 3, 3]}))

    def test_is_drawn_without_anything_that_speaks_to_slack(self) -> None:
        ask = "import bot.slack.{}, sys; print(*(name in sys.modules for name in ('aiohttp', 'slack_sdk')))"
        said = [
            subprocess.run([sys.executable, "-c", ask.format(module)], capture_output=True, check=True, text=True)
            for module in ("chart_png", "chart_pictures")
        ]
        assert [each.stdout.split() for each in said] == [["False", "False"], ["True", "True"]]

    def test_a_machine_without_a_font_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        has_font.cache_clear()
        assert has_font()
        drawn = resvg_py.svg_to_bytes

        def without_fonts(**given: Any) -> bytes:
            return drawn(**given | {"skip_system_fonts": True, "font_files": []})

        monkeypatch.setattr(resvg_py, "svg_to_bytes", without_fonts)
        has_font.cache_clear()
        assert not has_font()
        has_font.cache_clear()
