// The `markdown` block: standard Markdown to DOM nodes (headings, lists, tables, code, quotes, emphasis, links).
// Not mrkdwn.

import { h, frag } from './dom.js';
import { withEmoji } from './emoji.js';
import { linkNode } from './mrkdwn.js';

const INLINE = [
  [/^`([^`]+)`/, (m) => h('code', {}, m[1])],
  [/^!\[([^\]]*)\]\(([^)\s]+)\)/, (m) => linkNode(m[2], m[1] || m[2])],
  [/^\[([^\]]+)\]\(([^)\s]+)\)/, (m) => linkNode(m[2], inline(m[1]))],
  [/^<(https?:[^>\s]+)>/, (m) => linkNode(m[1])],
  [/^\*\*(?=\S)([\s\S]+?)\*\*/, (m) => h('strong', {}, inline(m[1]))],
  [/^__(?=\S)([\s\S]+?)__/, (m) => h('strong', {}, inline(m[1]))],
  [/^~~(?=\S)([\s\S]+?)~~/, (m) => h('del', {}, inline(m[1]))],
  [/^\*(?=\S)([^*\n]+?)\*/, (m) => h('em', {}, inline(m[1]))],
  [/^_(?=\S)([^_\n]+?)_(?![\p{L}\p{N}])/u, (m) => h('em', {}, inline(m[1]))],
  [/^\\([\\`*_{}[\]()#+\-.!~>|])/, (m) => m[1]],
];

function inline(text) {
  const out = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const midWord = text[at] === '_' && /[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ');
    const rule = midWord ? undefined : INLINE.find(([pattern]) => pattern.test(rest));
    if (rule) {
      const match = rule[0].exec(rest);
      out.push(...withEmoji(plain), rule[1](match));
      plain = '';
      at += match[0].length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  return [...out, ...withEmoji(plain)];
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
const bullet = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;

function tableFrom(lines) {
  const [head, , ...body] = lines.map(cells);
  return h(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    h(
      'table',
      { class: 'block-table' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          head.map((cell) => h('th', { scope: 'col' }, inline(cell))),
        ),
      ),
      h(
        'tbody',
        {},
        body.map((row) =>
          h(
            'tr',
            {},
            row.map((cell) => h('td', {}, inline(cell))),
          ),
        ),
      ),
    ),
  );
}

function listFrom(lines) {
  const depth = /^\s*/.exec(lines[0])[0].length;
  const ordered = bullet.exec(lines[0])[2];
  const items = [];
  for (const line of lines) {
    if (/^\s*/.exec(line)[0].length > depth && items.length) items[items.length - 1].inner.push(line);
    else items.push({ line, inner: [] });
  }
  return h(
    ordered ? 'ol' : 'ul',
    ordered ? { start: ordered } : {},
    items.map(({ line, inner }) => {
      const [, , , box, text] = bullet.exec(line) ?? [null, '', '', undefined, line];
      const mark =
        box === undefined
          ? null
          : h('input', {
              type: 'checkbox',
              checked: box !== ' ',
              disabled: true,
              'aria-label': box === ' ' ? 'open' : 'done',
            });
      return h('li', {}, mark, inline(text), inner.length ? listFrom(inner) : null);
    }),
  );
}

// How many lines from `at` on satisfy the test.
function run(lines, at, test) {
  let end = at;
  while (end < lines.length && test(lines[end], end)) end += 1;
  return end;
}

function blockAt(lines, at) {
  const line = lines[at];
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading)
    return [
      h(
        'p',
        { class: `md-h md-h${heading[1].length}`, role: 'heading', 'aria-level': String(heading[1].length + 2) },
        inline(heading[2]),
      ),
      at + 1,
    ];
  if (/^```/.test(line)) {
    const end = run(lines, at + 1, (next) => !/^```/.test(next));
    return [h('pre', {}, h('code', {}, lines.slice(at + 1, end).join('\n'))), end + 1];
  }
  if (/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) return [h('hr'), at + 1];
  if (/^>/.test(line)) {
    const end = run(lines, at, (next) => /^>/.test(next));
    return [
      h(
        'blockquote',
        {},
        markdown(
          lines
            .slice(at, end)
            .map((next) => next.replace(/^> ?/, ''))
            .join('\n'),
        ),
      ),
      end,
    ];
  }
  if (line.includes('|') && /^\s*\|?\s*:?-{2,}/.test(lines[at + 1] ?? '')) {
    const end = run(lines, at, (next) => next.includes('|'));
    return [tableFrom(lines.slice(at, end)), end];
  }
  if (bullet.test(line)) {
    const end = run(lines, at, (next) => bullet.test(next) || /^\s{2,}\S/.test(next));
    return [listFrom(lines.slice(at, end)), end];
  }
  const end = run(
    lines,
    at,
    (next, index) => next.trim() && (index === at || !(/^(#{1,6}\s|```|>)/.test(next) || bullet.test(next))),
  );
  return [h('p', {}, inline(lines.slice(at, end).join('\n'))), end];
}

/** Markdown as a fragment. */
export function markdown(text) {
  const lines = String(text ?? '')
    .replace(/\r/g, '')
    .split('\n');
  const out = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const [node, next] = blockAt(lines, at);
    out.push(node);
    at = next;
  }
  return frag(out);
}
