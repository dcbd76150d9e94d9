// The data_visualization block: line, bar, area and pie charts drawn by hand as SVG. Series differ by dash, marker
// and pattern as well as by colour; every chart has a name and a table of its numbers for screen readers, and is
// redrawn to the width it has.

import { h, fill, svg, uid } from './dom.js';
import { DASHES, MARKERS, hatchDefs, legend } from './chart_marks.js';
import { labelEvery, numbersFor, scale, ticksFor } from './chart_scale.js';
import { me } from './state.js';

const HEIGHT = 248;

const title = (text) => svg('title', {}, text);

// Axes, grid and labels of a chart with categories; returns the drawing and its scales.
function axes(chart, width, zero, said) {
  const { categories = [], x_label: xLabel, y_label: yLabel } = chart.axis_config ?? {};
  const values = chart.series.flatMap((series) => series.data.map((point) => point.value));
  const ticks = ticksFor(values.length ? values : [0], zero);
  const left = 14 + Math.max(...ticks.map((tick) => said.short(tick).length)) * 7 + (yLabel ? 16 : 0);
  const bottom = HEIGHT - (xLabel ? 42 : 26);
  const y = scale(ticks[0], ticks[ticks.length - 1], bottom, 14);
  const band = (width - left - 12) / Math.max(1, categories.length);
  const x = (label) => left + band * (categories.indexOf(label) + 0.5);
  const longest = Math.max(1, ...categories.map((label) => label.length));
  const every = labelEvery(categories.length, width - left, Math.min(longest, 16) * 7.4 + 12);
  const clip = (label) =>
    label.length * 6.6 > band * every && label.length > 6
      ? `${label.slice(0, Math.max(4, Math.floor((band * every) / 6.8)))}…`
      : label;
  const inside = (middle, text) => Math.min(middle, width - 2 - text.length * 3.5);
  const parts = [
    ticks.map((tick) => [
      svg('line', { class: tick === 0 ? 'axis' : 'grid', x1: left, x2: width - 8, y1: y(tick), y2: y(tick) }),
      svg('text', { class: 'tick', x: left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, said.short(tick)),
    ]),
    categories.map((label, index) =>
      index % every
        ? null
        : svg(
            'text',
            { class: 'tick', x: inside(x(label), clip(label)), y: bottom + 18, 'text-anchor': 'middle' },
            clip(label),
          ),
    ),
    xLabel
      ? svg('text', { class: 'axis-label', x: (left + width) / 2, y: HEIGHT - 5, 'text-anchor': 'middle' }, xLabel)
      : null,
    yLabel
      ? svg(
          'text',
          {
            class: 'axis-label',
            x: 0,
            y: 0,
            'text-anchor': 'middle',
            transform: `translate(12 ${(14 + bottom) / 2}) rotate(-90)`,
          },
          yLabel,
        )
      : null,
  ];
  return { parts, x, y, band, base: y(Math.max(ticks[0], Math.min(0, ticks[ticks.length - 1]))), categories };
}

// The points of a series in the order of the categories; a gap breaks the line.
function runs(series, at) {
  const byLabel = new Map(series.data.map((point) => [point.label, point.value]));
  const out = [[]];
  for (const label of at.categories) {
    if (byLabel.has(label))
      out[out.length - 1].push({ label, value: byLabel.get(label), x: at.x(label), y: at.y(byLabel.get(label)) });
    else if (out[out.length - 1].length) out.push([]);
  }
  return out.filter((run) => run.length);
}

const linePath = (run) =>
  run.map((point, index) => `${index ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('');

function drawLines(chart, width, area, id, said) {
  const at = axes(chart, width, area, said);
  const drawn = chart.series.map((series, index) =>
    svg(
      'g',
      { class: `series series-${index}` },
      runs(series, at).map((run) => [
        area
          ? svg('path', {
              class: 'area',
              d: `${linePath(run)}L${run[run.length - 1].x} ${at.base}L${run[0].x} ${at.base}z`,
            })
          : null,
        area && index
          ? svg('path', {
              fill: `url(#${id}-${index})`,
              d: `${linePath(run)}L${run[run.length - 1].x} ${at.base}L${run[0].x} ${at.base}z`,
            })
          : null,
        svg('path', { class: 'line', d: linePath(run), 'stroke-dasharray': DASHES[index % 6] }),
        run.map((point) =>
          svg(
            'g',
            { class: 'marker' },
            title(`${series.name}, ${point.label}: ${said.full(point.value)}`),
            MARKERS[index % 6](point.x, point.y),
          ),
        ),
      ]),
    ),
  );
  return [hatchDefs(id, chart.series.length), at.parts, drawn];
}

function drawBars(chart, width, id, said) {
  const at = axes(chart, width, true, said);
  const count = chart.series.length;
  const bar = Math.min(46, (at.band * 0.74) / count);
  const labelled = count === 1 && at.band > 34;
  const drawn = chart.series.map((series, index) =>
    svg(
      'g',
      { class: `series series-${index}` },
      series.data
        .filter((point) => at.categories.includes(point.label))
        .map((point) => {
          const x = at.x(point.label) - (bar * count) / 2 + bar * index;
          const box = {
            x: x + 1,
            y: Math.min(at.y(point.value), at.base),
            width: Math.max(1, bar - 2),
            height: Math.max(1, Math.abs(at.y(point.value) - at.base)),
            rx: 2,
          };
          return svg(
            'g',
            {},
            title(`${series.name}, ${point.label}: ${said.full(point.value)}`),
            svg('rect', { class: 'bar', ...box }),
            index ? svg('rect', { ...box, fill: `url(#${id}-${index})` }) : null,
            labelled
              ? svg(
                  'text',
                  {
                    class: 'value',
                    x: x + bar / 2,
                    y: point.value < 0 ? box.y + box.height + 12 : box.y - 4,
                    'text-anchor': 'middle',
                  },
                  said.short(point.value),
                )
              : null,
          );
        }),
    ),
  );
  return [hatchDefs(id, count), at.parts, drawn];
}

function drawPie(chart, width, id, said) {
  const total = chart.segments.reduce((sum, segment) => sum + segment.value, 0);
  const radius = HEIGHT / 2 - 14;
  const [cx, cy] = [Math.min(width / 2, radius + 30), HEIGHT / 2];
  const point = (turn, far = radius) =>
    `${(cx + far * Math.sin(turn * 2 * Math.PI)).toFixed(2)} ${(cy - far * Math.cos(turn * 2 * Math.PI)).toFixed(2)}`;
  let turn = 0;
  const drawn = chart.segments.map((segment, index) => {
    const share = segment.value / total;
    const d =
      share > 0.9999
        ? `M${cx} ${cy - radius}a${radius} ${radius} 0 1 1-.01 0z`
        : `M${cx} ${cy}L${point(turn)}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${point(turn + share)}z`;
    const [tx, ty] = point(turn + share / 2, radius * 0.66).split(' ');
    turn += share;
    return svg(
      'g',
      { class: `series series-${index}` },
      title(`${segment.label}: ${said.full(segment.value)} (${Math.round(share * 100)}%)`),
      svg('path', { class: 'slice', d }),
      index ? svg('path', { d, fill: `url(#${id}-${index})` }) : null,
      share >= 0.06
        ? svg(
            'g',
            { class: 'slice-label' },
            svg('rect', { x: tx - 17, y: ty - 10, width: 34, height: 18, rx: 9 }),
            svg('text', { x: tx, y: Number(ty) + 4, 'text-anchor': 'middle' }, `${Math.round(share * 100)}%`),
          )
        : null,
    );
  });
  return [hatchDefs(id, chart.segments.length), drawn];
}

function numbers(block, said) {
  const { chart } = block;
  const pie = chart.type === 'pie';
  const rows = pie
    ? chart.segments.map((segment) => [segment.label, segment.value])
    : (chart.axis_config?.categories ?? []).map((label) => [
        label,
        ...chart.series.map((series) => series.data.find((point) => point.label === label)?.value),
      ]);
  return h(
    'div',
    { class: 'visually-hidden' },
    h(
      'table',
      { data: { testid: 'chart-numbers' } },
      h('caption', {}, block.title),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, chart.axis_config?.x_label ?? 'Label'),
          pie
            ? h('th', { scope: 'col' }, 'Value')
            : chart.series.map((series) => h('th', { scope: 'col' }, series.name)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(([label, ...values]) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, label),
            values.map((value) => h('td', {}, value === undefined ? 'no value' : said.full(value))),
          ),
        ),
      ),
    ),
  );
}

const DRAW = {
  line: (chart, width, id, said) => drawLines(chart, width, false, id, said),
  area: (chart, width, id, said) => drawLines(chart, width, true, id, said),
  bar: (chart, width, id, said) => drawBars(chart, width, id, said),
  pie: (chart, width, id, said) => drawPie(chart, width, id, said),
};

/** A data_visualization block as a figure. */
export function chartBlock(block) {
  const { chart } = block;
  if (!DRAW[chart?.type])
    return h(
      'div',
      { class: 'unknown-block', data: { testid: 'unknown-block' } },
      `Unknown chart type "${chart?.type ?? 'none'}"`,
    );
  const id = uid('chart');
  const said = numbersFor(me()?.locale);
  const what = `${block.title}, ${chart.type} chart`;
  const stage = h('div', { class: 'chart-stage' });
  let width = 0;
  const draw = (next) => {
    if (Math.abs(next - width) < 4) return;
    width = Math.max(220, Math.round(next));
    fill(
      stage,
      svg(
        'svg',
        {
          viewBox: `0 0 ${width} ${HEIGHT}`,
          width,
          height: HEIGHT,
          role: 'img',
          'aria-label': `${what}. The numbers follow as a table.`,
        },
        ...DRAW[chart.type](chart, width, id, said),
      ),
    );
  };
  draw(560);
  new ResizeObserver(([entry]) => entry.contentRect.width && draw(entry.contentRect.width)).observe(stage);
  return h(
    'figure',
    { class: `chart chart-${chart.type}`, data: { testid: 'chart' } },
    h('figcaption', { class: 'chart-title' }, block.title),
    stage,
    legend(chart, id, said),
    numbers(block, said),
  );
}
