"""How long a chart takes from nothing, beside matplotlib: a new process, everything it imports, and a PNG file at the
end. Ours is the picture that a message gets where Slack refuses the chart block. Alone: `python -m benchmarks.charts`.

matplotlib is nothing that Denyut needs or installs: its arm is drawn by the interpreter that DENYUT_BENCH_MATPLOTLIB
names (or by this one, if it has it), and left out where there is none.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import startup
from benchmarks.processes import Cores
from benchmarks.sections import Figure, Section
from benchmarks.startup import Start
from bot.domain.charts import Chart, ChartKind, Series
from bot.slack.charts import chart_block

INTERPRETER = "DENYUT_BENCH_MATPLOTLIB"
AT_MOST = 0.35
WEEKS = 20
OURS, THEIRS, NOTHING = "Denyut", "matplotlib", "Python alone"
# 1697 x 849 pixels: as many as 1600 x 900, in the shape that the pictures have
ZOOM = 2.357
_KNOWN = (
    "Of some 180 ms of processor time, resvg takes 115 for drawing and compressing so many pixels; imports 30, the "
    "drawing itself 12, and Python alone 20."
)
_WHAT = "a chart from nothing beside matplotlib"

_OURS = """
import json, pathlib, sys
from bot.slack.chart_png import png_of
block = json.loads(pathlib.Path(sys.argv[1]).read_text())
pathlib.Path(sys.argv[2]).write_bytes(png_of(block, float(sys.argv[3])))
"""
# Without pyplot, which would only cost it more: figure and canvas are what it draws with.
_THEIRS = """
import json, pathlib, sys
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
block = json.loads(pathlib.Path(sys.argv[1]).read_text())
figure = Figure(figsize=(16, 9), dpi=100)
FigureCanvasAgg(figure)
axes = figure.add_subplot()
for series, style in zip(block["chart"]["series"], ("-", "--")):
    points = [(point["label"], point["value"]) for point in series["data"]]
    axes.plot(*zip(*points), style, marker="o", linewidth=2.5, label=series["name"])
    axes.annotate(f"{points[-1][1]:,.0f}", points[-1], xytext=(0, 8), textcoords="offset points", ha="center")
axes.set_title(block["title"], loc="left", fontweight="bold")
axes.set_ylabel(block["chart"]["axis_config"]["y_label"])
axes.grid(axis="y")
axes.legend(loc="upper left", ncols=2)
figure.savefig(sys.argv[2])
"""


def block() -> dict[str, object]:
    """A KPI of twenty weeks beside its target: as much as a chart block holds."""
    values = tuple(400.0 + (week * 37) % 90 + week * 11 for week in range(WEEKS))
    targets = tuple(450.0 + 10 * (week // 4) for week in range(WEEKS))
    series = (Series("Leads", values), Series("Target", targets))
    weeks = tuple(f"W{week + 1}" for week in range(WEEKS))
    return chart_block(Chart(ChartKind.LINE, "Leads by week", weeks, series, "Leads", language="en"))


def measure(cores: Cores) -> Section:  # noqa: ARG001  a new process runs where it is started
    """Both arms in turn, each time in a new process; the first of each, which fills caches, does not count."""
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name:
        folder = Path(name)
        data = folder / "block.json"
        data.write_text(json.dumps(block()), encoding="utf-8")
        bytecode = ["-X", f"pycache_prefix={folder / 'bytecode'}"]  # written the first time, whoever owns the modules
        ours = [*bytecode, "-c", _OURS, str(data), str(folder / "ours.png"), str(ZOOM)]
        commands = {NOTHING: [sys.executable, *bytecode, "-c", ""], OURS: [sys.executable, *ours]}
        theirs, version = _matplotlib()
        if theirs:
            commands[THEIRS] = [theirs, *bytecode, "-c", _THEIRS, str(data), str(folder / "theirs.png")]
        starts = startup.measure(commands)
        sizes = [_size(folder / f"{each}.png") for each in ("ours", "theirs") if (folder / f"{each}.png").exists()]
    return _section(starts, sizes, version)


def _matplotlib() -> tuple[str, str]:
    """The interpreter that has matplotlib, and its version; both "" where there is none."""
    interpreter = os.environ.get(INTERPRETER) or sys.executable
    ask = "import importlib.metadata; print(importlib.metadata.version('matplotlib'))"
    try:
        said = subprocess.run([interpreter, "-c", ask], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "", ""
    return interpreter, said.stdout.strip()


def _size(png: Path) -> str:
    head = png.read_bytes()[16:24]
    return f"{int.from_bytes(head[:4])} × {int.from_bytes(head[4:])}"


def _section(starts: dict[str, Start], sizes: list[str], version: str) -> Section:
    lines = [
        f"A line of {WEEKS} weeks and its target: a new process each time, with all that it imports, to a PNG file.",
        "",
        "| what | pixels | seconds (least to most) | processor seconds | peak MiB |",
        "|---|---|---|---|---|",
    ]
    names = {NOTHING: NOTHING, OURS: OURS, THEIRS: f"{THEIRS} {version}"}
    for (name, start), size in zip(starts.items(), ["–", *sizes], strict=True):
        least, most = min(start.seconds), max(start.seconds)
        seconds = f"{statistics.median(start.seconds):.3f} ({least:.3f} to {most:.3f})"
        busy, peak = statistics.median(start.busy), statistics.median(start.peak)
        lines.append(f"| {names[name]} | {size} | {seconds} | {busy:.3f} | {peak:.0f} |")
    if THEIRS not in starts:
        lines += ["", f"matplotlib was left out: there is none here ({INTERPRETER} can name a Python that has it)."]
        return Section("Charts", lines)
    ours, theirs = starts[OURS], starts[THEIRS]
    figures = (
        Figure(f"{_WHAT}, seconds", _ratios(ours.seconds, theirs.seconds), AT_MOST, at_most=True, known=_KNOWN),
        Figure(f"{_WHAT}, processor time", _ratios(ours.busy, theirs.busy)),
        Figure(f"{_WHAT}, peak memory", _ratios(ours.peak, theirs.peak)),
    )
    return Section("Charts", lines, figures)


def _ratios(ours: list[float], theirs: list[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]


if __name__ == "__main__":
    sys.stdout.write(measure(Cores()).told() + "\n")
