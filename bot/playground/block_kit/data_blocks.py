"""Checks of the blocks that carry figures: table, data_table and data_visualization."""

from typing import Any, Final

from bot.playground.block_kit.findings import Findings, kind_of
from bot.playground.block_kit.rich_text import check_rich_text
from bot.playground.limits import LIMITS

Json = dict[str, Any]

CELLS: Final = ("raw_text", "raw_number", "rich_text")


def check_table(f: Findings, block: Json, at: str) -> None:
    """A table: up to 100 rows of up to 20 cells, and how its columns are aligned."""
    f.only(block, at, ("type", "block_id", "rows", "column_settings"))
    rows = f.items(block.get("rows"), f"{at}/rows", "table.rows", least=1)
    for index, row in enumerate(rows):
        here = f"{at}/rows/{index}"
        for number, cell in enumerate(f.items(row, here, "table.columns", least=1)):
            _check_cell(f, cell, f"{here}/{number}", CELLS)
    if block.get("column_settings") is None:
        return
    settings = f.items(block["column_settings"], f"{at}/column_settings", "table.column_settings")
    for index, setting in enumerate(settings):
        here = f"{at}/column_settings/{index}"
        if setting is not None and f.is_object(setting, here):
            f.only(setting, here, ("align", "is_wrapped"))
            f.one_of(setting.get("align"), f"{here}/align", ("left", "center", "right"))
            f.flag(setting.get("is_wrapped"), f"{here}/is_wrapped")


def check_data_table(f: Findings, block: Json, at: str) -> None:
    """A sortable table: a header and up to 200 rows of equal length, 20,000 characters in all."""
    f.only(block, at, ("type", "block_id", "rows", "caption", "page_size", "row_header_column_index"))
    f.required(block, at, "rows", "caption")
    rows = f.items(block.get("rows"), f"{at}/rows", "data_table.rows")
    width = len(rows[0]) if rows and isinstance(rows[0], list) else 0
    for index, row in enumerate(rows):
        here = f"{at}/rows/{index}"
        cells = f.items(row, here, "data_table.columns")
        if len(cells) != width:
            f.add("all rows must have the same number of columns", here)
        for number, cell in enumerate(cells):
            _check_cell(f, cell, f"{here}/{number}", CELLS[:2] if index == 0 else CELLS)
    f.number(block.get("page_size"), f"{at}/page_size", "data_table.page_size")
    if _characters(rows) > LIMITS["data_table.content.max_length"]:
        f.add(f"no more than {LIMITS['data_table.content.max_length']} characters allowed", f"{at}/rows")


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        text = value.get("text")
        own = len(text) if isinstance(text, str) else 0
        return own + sum(_characters(each) for each in value.values())
    return sum(_characters(each) for each in value) if isinstance(value, list) else 0


def _check_cell(f: Findings, cell: Any, at: str, kinds: tuple[str, ...]) -> None:
    if not f.is_object(cell, at):
        return
    kind = kind_of(cell)
    if kind not in kinds:
        f.add(f"unsupported type: {kind}", f"{at}/type")
    elif kind == "rich_text":
        check_rich_text(f, cell, at)
    elif kind == "raw_text":
        f.only(cell, at, ("type", "text", "emoji"))
        if not isinstance(cell.get("text"), str) or not cell["text"]:
            f.add("must be more than 0 characters", f"{at}/text")
    else:
        f.only(cell, at, ("type", "value", "text"))
        if not isinstance(cell.get("text"), str) or not cell["text"]:
            f.add("must be more than 0 characters", f"{at}/text")
        if not _is_number(cell.get("value")):
            f.add("must be a number", f"{at}/value")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_chart(f: Findings, block: Json, at: str) -> None:
    """A chart: pie with segments, or bar, line, area with series over categories."""
    f.only(block, at, ("type", "block_id", "title", "chart"))
    f.required(block, at, "title", "chart")
    f.string(block.get("title"), f"{at}/title", "data_visualization.title")
    chart, here = block.get("chart"), f"{at}/chart"
    if chart is None or not f.is_object(chart, here):
        return
    kind = kind_of(chart)
    if kind == "pie":
        _check_pie(f, chart, here)
    elif kind in ("bar", "line", "area"):
        _check_series(f, chart, here)
    else:
        f.add(f"unsupported type: {kind}", f"{here}/type")


def _check_pie(f: Findings, chart: Json, at: str) -> None:
    f.only(chart, at, ("type", "segments"))
    segments = f.items(chart.get("segments"), f"{at}/segments", "data_visualization.segments")
    for index, segment in enumerate(segments):
        here = f"{at}/segments/{index}"
        if not f.is_object(segment, here) or not f.required(segment, here, "label", "value"):
            continue
        f.string(segment["label"], f"{here}/label", "data_visualization.segment.label")
        if not _is_number(segment["value"]) or segment["value"] <= 0:
            f.add("must be a number greater than 0", f"{here}/value")


def _check_series(f: Findings, chart: Json, at: str) -> None:
    f.only(chart, at, ("type", "series", "axis_config"))
    if not f.required(chart, at, "series", "axis_config") or not f.is_object(chart["axis_config"], f"{at}/axis_config"):
        return
    axis, axis_at = chart["axis_config"], f"{at}/axis_config"
    f.only(axis, axis_at, ("categories", "x_label", "y_label"))
    categories = f.items(axis.get("categories"), f"{axis_at}/categories", "data_visualization.categories")
    for index, category in enumerate(categories):
        f.string(category, f"{axis_at}/categories/{index}", "data_visualization.category_label")
    f.string(axis.get("x_label"), f"{axis_at}/x_label", "data_visualization.axis_label")
    f.string(axis.get("y_label"), f"{axis_at}/y_label", "data_visualization.axis_label")
    for index, series in enumerate(f.items(chart["series"], f"{at}/series", "data_visualization.series")):
        here = f"{at}/series/{index}"
        if f.is_object(series, here) and f.required(series, here, "name", "data"):
            f.string(series["name"], f"{here}/name", "data_visualization.series_name")
            points = f.items(series["data"], f"{here}/data", "data_visualization.data")
            for number, point in enumerate(points):
                _check_point(f, point, f"{here}/data/{number}", categories)
            labels = [point.get("label") for point in points if isinstance(point, dict)]
            if sorted(map(str, labels)) != sorted(map(str, categories)):
                f.add("every series must contain exactly one point for every axis category", f"{here}/data")


def _check_point(f: Findings, point: Any, at: str, categories: list[Any]) -> None:
    if not f.is_object(point, at) or not f.required(point, at, "label", "value"):
        return
    f.string(point["label"], f"{at}/label", "data_visualization.point_label")
    if point["label"] not in categories:
        f.add("label must be one of the categories", f"{at}/label")
    if not _is_number(point["value"]):
        f.add("must be a number", f"{at}/value")
