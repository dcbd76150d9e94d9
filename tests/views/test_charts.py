"""Charts become Slack's chart block within its limits; the limits are checked by the playground, which has its own."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.charts import Chart, ChartKind, Series
from bot.playground.block_kit.data_blocks import check_chart
from bot.playground.block_kit.findings import Findings
from bot.slack.charts import chart_block, is_drawable, language_of


def faults(block: Any) -> list[str]:
    findings = Findings()
    check_chart(findings, json.loads(json.dumps(block)), "")
    return findings.messages


def chart(*values: float | None, kind: ChartKind = ChartKind.LINE, **more: Any) -> Chart:
    categories = more.pop("categories", tuple(f"W{n}" for n in range(1, len(values) + 1)))
    return Chart(kind, "Mood", categories, (Series("Team", values),), **more)


def test_the_control_finds_a_fault() -> None:
    assert faults({"type": "data_visualization", "title": "x" * 51, "chart": {"type": "pie", "segments": []}})


@pytest.mark.parametrize("kind", [ChartKind.LINE, ChartKind.BAR, ChartKind.AREA])
def test_a_chart_with_axes(kind: ChartKind) -> None:
    block = chart_block(chart(3.4, None, 3.9, kind=kind, y_label="score"))
    assert block == {
        "type": "data_visualization",
        "title": "Mood",
        "chart": {
            "type": kind.value,
            "series": [
                {"name": "Team", "data": [{"label": "W1", "value": 3.4}, {"label": "W3", "value": 3.9}]},
            ],
            "axis_config": {"categories": ["W1", "W3"], "y_label": "score"},
        },
    }
    assert not faults(block)


def test_a_chart_in_a_language_says_so_in_its_id_and_ids_differ() -> None:
    """Two charts of one message must have ids of their own; the same chart has the same one again."""
    english, again, indonesian, other = (
        chart_block(chart(*values, language=language))
        for language, values in (("en", (1.0,)), ("en", (1.0,)), ("id", (1.0,)), ("en", (2.0,)))
    )
    assert english["block_id"] == again["block_id"] != other["block_id"]
    assert [language_of(each["block_id"]) for each in (english, indonesian)] == ["en", "id"]
    assert not faults(english)
    assert "block_id" not in chart_block(chart(1.0))


@pytest.mark.parametrize("block_id", [None, "", "abc", 7, "chart.en", "chart.en.zzzzzzzz", "xchart.en.00000000"])
def test_another_id_carries_no_language(block_id: Any) -> None:
    assert language_of(block_id) == ""


def test_every_series_has_a_point_in_every_category() -> None:
    """Slack refuses a chart with a hole in it."""
    result, target = Series("Result", (1.0, None, 3.0, 4.0)), Series("Target", (None, 2.0, 2.0, 2.0))
    block = chart_block(Chart(ChartKind.LINE, "Mood", ("W1", "W2", "W3", "W4"), (result, target)))
    assert block["chart"]["axis_config"]["categories"] == ["W3", "W4"]
    assert not faults(block)
    block["chart"]["series"][0]["data"].pop()
    assert faults(block), "the control"


def test_series_that_share_no_category_are_not_drawn_together() -> None:
    apart = (Series("Result", (1.0, None)), Series("Target", (None, 2.0)))
    block = chart_block(Chart(ChartKind.LINE, "Mood", ("W1", "W2"), apart))
    assert [series["name"] for series in block["chart"]["series"]] == ["Result"]
    assert not faults(block)


def test_a_pie_leaves_out_what_is_not_above_nought() -> None:
    block = chart_block(chart(3, 0, None, -1, 2, kind=ChartKind.PIE))
    assert block["chart"] == {"type": "pie", "segments": [{"label": "W1", "value": 3}, {"label": "W5", "value": 2}]}
    assert not faults(block)


def test_of_many_categories_the_last_twenty_are_drawn() -> None:
    block = chart_block(chart(*(float(n) for n in range(1, 31))))
    assert block["chart"]["axis_config"]["categories"] == [f"W{n}" for n in range(11, 31)]
    assert [point["value"] for point in block["chart"]["series"][0]["data"]] == list(range(11, 31))


def test_labels_that_would_be_cut_to_the_same_stay_different() -> None:
    long = "The customer satisfaction of "
    block = chart_block(chart(1.0, 2.0, 3.0, categories=(f"{long}March", f"{long}April", f"{long}May")))
    labels = block["chart"]["axis_config"]["categories"]
    assert len(set(labels)) == 3
    assert not faults(block)


def test_a_series_without_numbers_is_left_out() -> None:
    two = Chart(ChartKind.LINE, "Mood", ("W1",), (Series("None", (None,)), Series("Some", (1.0,))))
    assert [series["name"] for series in chart_block(two)["chart"]["series"]] == ["Some"]


@pytest.mark.parametrize(
    "empty",
    [
        chart(),
        chart(None, None),
        chart(math.nan, math.inf),
        chart(0, None, kind=ChartKind.PIE),
        Chart(ChartKind.PIE, "Mood", (), ()),
        Chart(ChartKind.LINE, "Mood", ("W1",), ()),
    ],
)
def test_nothing_to_draw_is_said_and_refused(empty: Chart) -> None:
    assert not is_drawable(empty)
    with pytest.raises(ValueError, match="nothing to draw"):
        chart_block(empty)


texts = st.text(max_size=60)
numbers = st.none() | st.floats(width=32) | st.integers(-1000, 1000)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    count = draw(st.integers(0, 25))
    series = draw(st.lists(st.tuples(texts, st.lists(numbers, min_size=count, max_size=count)), max_size=15))
    return Chart(
        draw(st.sampled_from(list(ChartKind))),
        draw(texts),
        tuple(draw(st.lists(texts, min_size=count, max_size=count))),
        tuple(Series(name, tuple(values)) for name, values in series),
        draw(texts),
    )


@given(charts())
def test_whatever_can_be_drawn_is_within_slacks_limits(any_chart: Chart) -> None:
    if is_drawable(any_chart):
        assert not faults(chart_block(any_chart))
