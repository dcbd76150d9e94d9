"""A chart has one value for each of its categories."""

import pytest

from bot.domain.charts import Chart, ChartKind, Series


def test_a_chart_keeps_its_gaps():
    chart = Chart(
        ChartKind.LINE, "Revenue", ("Oct", "Nov"), (Series("actual", (1.5, None)), Series("target", (2.0, 2.0)))
    )
    assert chart.series[0].values == (1.5, None)
    assert chart.y_label == ""


@pytest.mark.parametrize("values", [(), (1.0,), (1.0, 2.0, 3.0)])
def test_a_series_must_fit_the_categories(values):
    with pytest.raises(ValueError, match="actual"):
        Chart(ChartKind.BAR, "Revenue", ("Oct", "Nov"), (Series("actual", values),))
