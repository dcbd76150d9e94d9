// How the series of a chart differ without colour: dashes, markers, hatchings, and the legend that explains them.

import { h, svg } from './dom.js';

/** How the lines of series are broken; the first is whole. */
export const DASHES = [null, '7 4', '2 4', '10 3 2 3', '4 2', '12 5'];

/** The marker of a point, by series. */
export const MARKERS = [
  (x, y) => svg('circle', { cx: x, cy: y, r: 4 }),
  (x, y) => svg('rect', { x: x - 3.6, y: y - 3.6, width: 7.2, height: 7.2 }),
  (x, y) => svg('path', { d: `M${x} ${y - 5} ${x + 4.8} ${y + 3.8} ${x - 4.8} ${y + 3.8}z` }),
  (x, y) => svg('path', { d: `M${x} ${y - 5.2} ${x + 5.2} ${y} ${x} ${y + 5.2} ${x - 5.2} ${y}z` }),
  (x, y) => svg('path', { d: `M${x} ${y + 5} ${x + 4.8} ${y - 3.8} ${x - 4.8} ${y - 3.8}z` }),
  (x, y) =>
    svg('path', { class: 'cross', d: `M${x - 4} ${y - 4} ${x + 4} ${y + 4}M${x + 4} ${y - 4} ${x - 4} ${y + 4}` }),
];

// Hatchings laid over a filled shape; the first is none.
const HATCHES = ['', 'M0 8 8 0M-2 2 2-2M6 10 10 6', 'M4 4h.01', 'M0 4h8', 'M0 0 8 8M0 8 8 0', 'M4 0v8'];

/** The hatchings of a chart's series as SVG patterns named `id-0`, `id-1`, … */
export function hatchDefs(id, count) {
  return svg(
    'defs',
    {},
    Array.from({ length: count }, (_, index) =>
      svg(
        'pattern',
        { id: `${id}-${index}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
        svg('path', { class: 'hatch', d: HATCHES[index % 6] || 'M0 0', 'stroke-width': index % 6 === 2 ? 3 : 1.5 }),
      ),
    ),
  );
}

function swatch(chart, index, id) {
  const mark =
    chart.type === 'line' || chart.type === 'area'
      ? [
          svg('path', { class: 'line', d: 'M0 7H28', 'stroke-dasharray': DASHES[index % 6] }),
          svg('g', { class: 'marker' }, MARKERS[index % 6](14, 7)),
        ]
      : [
          svg('rect', { class: 'bar', x: 6, y: 0, width: 14, height: 14, rx: 2 }),
          index ? svg('rect', { x: 6, y: 0, width: 14, height: 14, rx: 2, fill: `url(#${id}-${index})` }) : null,
        ];
  return svg(
    'svg',
    { class: `swatch series-${index}`, viewBox: '0 0 28 14', width: 28, height: 14, 'aria-hidden': 'true' },
    ...mark,
  );
}

/** The legend; that of a pie states its numbers. A series that is the only one needs none: the title names it. */
export function legend(chart, id, said) {
  if (chart.type !== 'pie' && chart.series.length < 2) return null;
  const total = (chart.segments ?? []).reduce((sum, segment) => sum + segment.value, 0);
  const names =
    chart.type === 'pie'
      ? chart.segments.map(
          (segment) => `${segment.label}: ${said.full(segment.value)} (${Math.round((segment.value / total) * 100)}%)`,
        )
      : chart.series.map((series) => series.name);
  return h(
    'ul',
    { class: 'legend' },
    names.map((name, index) => h('li', {}, swatch(chart, index, id), name)),
  );
}
