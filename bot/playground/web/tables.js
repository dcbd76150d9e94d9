// The table and data_table blocks: cells, column settings, sorting and pages. Wide tables scroll inside themselves.

import { h, fill } from './dom.js';
import { richText } from './richtext.js';
import { withEmoji } from './emoji.js';

function cellText(cell) {
  if (!cell) return '';
  if (cell.type === 'raw_number') return cell.text ?? String(cell.value ?? '');
  if (cell.type === 'rich_text') return richText(cell).textContent;
  return cell.text ?? '';
}

function cellContent(cell) {
  if (!cell) return null;
  if (cell.type === 'rich_text') return richText(cell);
  if (cell.type === 'raw_text' || cell.type === 'raw_number') return withEmoji(cellText(cell));
  return h('span', { class: 'unknown-block', data: { testid: 'unknown-block' } }, `Unknown cell "${cell.type}"`);
}

function cellClass(setting, cell) {
  const align = setting?.align ?? (cell?.type === 'raw_number' ? 'right' : 'left');
  return `align-${align} ${setting?.is_wrapped ? 'wrapped' : 'unwrapped'}`;
}

function scroller(label, table) {
  return h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label }, table);
}

/** A table block; its first row is the header. */
export function tableBlock(block) {
  const [head = [], ...body] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  // A column of numbers has its header over the numbers.
  const numeric = head.map((_, column) => body.length > 0 && body.every((row) => row[column]?.type === 'raw_number'));
  const headClass = (cell, column) =>
    cellClass(
      settings[column]?.align ? settings[column] : { ...settings[column], align: numeric[column] ? 'right' : 'left' },
      cell,
    );
  return scroller(
    'Table',
    h(
      'table',
      { class: 'block-table' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          head.map((cell, column) => h('th', { scope: 'col', class: headClass(cell, column) }, cellContent(cell))),
        ),
      ),
      h(
        'tbody',
        {},
        body.map((row) =>
          h(
            'tr',
            {},
            row.map((cell, column) =>
              h(
                column === 0 ? 'th' : 'td',
                { scope: column === 0 ? 'row' : null, class: cellClass(settings[column], cell) },
                cellContent(cell),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function compare(a, b) {
  if (a?.type === 'raw_number' && b?.type === 'raw_number') return a.value - b.value;
  return cellText(a).localeCompare(cellText(b), undefined, { numeric: true });
}

/** A data_table block: sortable by its headers, in pages of page_size rows. */
export function dataTable(block) {
  const [head = [], ...body] = block.rows ?? [];
  const size = block.page_size ?? 5;
  const nameColumn = block.row_header_column_index ?? 0;
  const view = { column: -1, down: false, page: 0 };
  const host = h('div', { class: 'data-table' });
  const sortBy = (column) => {
    view.down = view.column === column ? !view.down : false;
    view.column = column;
    view.page = 0;
    draw(`th:nth-child(${column + 1}) button`);
  };
  const turn = (by) => {
    view.page += by;
    draw(`[data-turn="${by}"]`);
  };
  const header = (cell, column) =>
    h(
      'th',
      {
        scope: 'col',
        'aria-sort': view.column === column ? (view.down ? 'descending' : 'ascending') : 'none',
        class: cellClass(null, body[0]?.[column]),
      },
      h(
        'button',
        { type: 'button', class: 'sort', on: { click: () => sortBy(column) } },
        cellText(cell),
        h('span', { class: 'sort-mark', 'aria-hidden': 'true' }, view.column === column ? (view.down ? '▼' : '▲') : ''),
      ),
    );
  const draw = (focus) => {
    const rows =
      view.column < 0 ? body : [...body].sort((a, b) => compare(a[view.column], b[view.column]) * (view.down ? -1 : 1));
    const pages = Math.max(1, Math.ceil(rows.length / size));
    const shown = rows.slice(view.page * size, (view.page + 1) * size);
    const table = h(
      'table',
      { class: 'block-table' },
      h('caption', {}, block.caption ?? ''),
      h('thead', {}, h('tr', {}, head.map(header))),
      h(
        'tbody',
        {},
        shown.map((row) =>
          h(
            'tr',
            {},
            row.map((cell, column) =>
              h(
                column === nameColumn ? 'th' : 'td',
                { scope: column === nameColumn ? 'row' : null, class: cellClass(null, cell) },
                cellContent(cell),
              ),
            ),
          ),
        ),
      ),
    );
    const turner = (by, words, off) =>
      h(
        'button',
        {
          type: 'button',
          class: 'btn btn-small',
          data: { turn: String(by) },
          disabled: off,
          on: { click: () => turn(by) },
        },
        words,
      );
    fill(
      host,
      scroller(block.caption ?? 'Table', table),
      pages > 1
        ? h(
            'div',
            { class: 'pager' },
            turner(-1, 'Previous', view.page === 0),
            h('span', { 'aria-live': 'polite' }, `Page ${view.page + 1} of ${pages}`),
            turner(1, 'Next', view.page >= pages - 1),
          )
        : null,
    );
    if (focus) host.querySelector(focus)?.focus();
  };
  draw();
  return host;
}
