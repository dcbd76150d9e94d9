// The traffic inspector: what went between Slack's side and the app, what broke Slack's rules, and the buttons for
// misbehaviour.

import { fill, h } from './dom.js';
import { faultPanel } from './faults.js';
import { icon } from './icons.js';
import { me, state, subscribe } from './state.js';
import { clockTime } from './time.js';

const KINDS = ['web_api', 'event', 'command', 'interactive', 'ack', 'response_url', 'socket', 'clock'];

const filters = { words: '', kind: '', violations: false };

const matches = (entry) =>
  (!filters.kind || entry.kind === filters.kind) &&
  (!filters.violations || entry.violation) &&
  `${entry.name} ${entry.summary ?? ''} ${entry.kind} ${entry.status ?? ''} ${entry.violation ?? ''}`
    .toLowerCase()
    .includes(filters.words);

function json(label, value) {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return [
    h('div', { class: 'detail-label' }, label),
    h(
      'pre',
      { class: 'detail', tabindex: '0' },
      h('code', {}, text.length > 60000 ? `${text.slice(0, 60000)}\n… ${text.length - 60000} more characters` : text),
    ),
  ];
}

function failed(entry) {
  return (
    Boolean(entry.violation) ||
    /^(4|5)\d\d$|error|timeout|failed/i.test(String(entry.status ?? '')) ||
    entry.response?.ok === false
  );
}

// One entry; its JSON is only written when it is opened.
function row(entry) {
  const way = entry.direction === 'in' ? 'from the app' : 'to the app';
  const at = new Date(typeof entry.at === 'number' ? entry.at * 1000 : entry.at);
  const body = h('div', { class: 'entry-body' });
  const details = h(
    'details',
    {
      class: `entry${entry.violation ? ' violation' : ''}${failed(entry) ? ' failed' : ''}`,
      data: {
        testid: 'traffic-entry',
        entry: String(entry.id),
        kind: entry.kind,
        violation: entry.violation ? 'true' : null,
      },
      on: {
        toggle: () => {
          if (details.open && !body.firstChild)
            fill(body, json('Request', entry.request), json('Response', entry.response));
        },
      },
    },
    h(
      'summary',
      {},
      h(
        'span',
        { class: `way way-${entry.direction}`, title: way },
        icon(entry.direction === 'in' ? 'left' : 'right'),
        h('span', { class: 'visually-hidden' }, way),
      ),
      h(
        'span',
        { class: 'entry-words' },
        h(
          'span',
          { class: 'entry-line' },
          h('strong', { class: 'entry-name' }, entry.name),
          h('span', { class: 'tag' }, entry.kind),
          h('span', { class: 'entry-status' }, String(entry.status ?? '')),
          entry.ms === null || entry.ms === undefined
            ? null
            : h('span', { class: 'entry-ms' }, `${Math.round(entry.ms)} ms`),
        ),
        entry.summary ? h('span', { class: 'entry-summary' }, entry.summary) : null,
        entry.violation
          ? h(
              'span',
              { class: 'entry-violation', data: { testid: 'violation' } },
              icon('warn'),
              h('span', {}, `Violation: ${entry.violation}`),
            )
          : null,
      ),
      Number.isNaN(at.getTime()) ? null : h('time', { class: 'note' }, clockTime(at, me(), true)),
    ),
    body,
  );
  return details;
}

function filterBar() {
  const kind = h(
    'select',
    {
      class: 'field',
      'aria-label': 'Kind',
      data: { testid: 'traffic-kind' },
      on: {
        change: () => {
          filters.kind = kind.value;
          redraw();
        },
      },
    },
    h('option', { value: '' }, 'All kinds'),
    KINDS.map((each) => h('option', { value: each }, each)),
  );
  const words = h('input', {
    type: 'search',
    class: 'field',
    placeholder: 'Filter by name or text',
    'aria-label': 'Filter',
    data: { testid: 'traffic-filter' },
    on: {
      input: () => {
        filters.words = words.value.trim().toLowerCase();
        redraw();
      },
    },
  });
  const only = h('input', {
    type: 'checkbox',
    data: { testid: 'traffic-violations' },
    on: {
      change: () => {
        filters.violations = only.checked;
        redraw();
      },
    },
  });
  return h(
    'div',
    { class: 'filters' },
    words,
    kind,
    h('label', { class: 'choice' }, only, h('span', {}, 'Only violations')),
  );
}

const list = h('div', { class: 'entries', data: { testid: 'traffic-list' } });
const nodes = new Map(); // entry id -> {entry, node}

// Newest on top; entries already drawn are kept, so that open ones stay open.
function redraw() {
  const wanted = state.traffic.filter(matches).reverse();
  const ids = new Set(wanted.map((entry) => entry.id));
  for (const [id, known] of nodes)
    if (!ids.has(id)) {
      known.node.remove();
      nodes.delete(id);
    }
  let place = null;
  for (const entry of wanted) {
    let known = nodes.get(entry.id);
    if (!known || known.entry !== entry) {
      const node = row(entry);
      known?.node.replaceWith(node);
      known = { entry, node };
      nodes.set(entry.id, known);
    }
    const next = place ? place.nextSibling : list.firstChild;
    if (next !== known.node) list.insertBefore(known.node, next);
    place = known.node;
  }
  list.setAttribute('data-empty', String(!wanted.length));
}

const isOpen = () => document.body.classList.contains('inspector-open');

/** Draws the drawer into `host` and its toggle into `toggleHost`. */
export function inspector(host, toggleHost) {
  const badge = h('span', { class: 'badge badge-danger', hidden: true, data: { testid: 'violation-count' } });
  const spoken = h('span', { class: 'visually-hidden' });
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'btn-tool wide',
      'aria-expanded': 'false',
      'aria-controls': 'inspector',
      title: 'Traffic between Slack and the app',
      data: { testid: 'traffic-toggle' },
      on: { click: () => show(!isOpen()) },
    },
    icon('traffic'),
    h('span', { class: 'toggle-word' }, 'Traffic'),
    badge,
    spoken,
  );
  const show = (open) => {
    document.body.classList.toggle('inspector-open', open);
    host.hidden = !open;
    toggle.setAttribute('aria-expanded', String(open));
    if (open) {
      redraw();
      host.querySelector('[data-testid="traffic-filter"]').focus();
    } else toggle.focus();
  };
  const line = h('p', { class: 'note', data: { testid: 'connection' } });
  fill(
    host,
    h(
      'header',
      { class: 'pane-head' },
      h('div', { class: 'pane-words' }, h('h2', { class: 'pane-title' }, 'Traffic'), line),
      h(
        'button',
        { type: 'button', class: 'btn-tool', 'aria-label': 'Close traffic', on: { click: () => show(false) } },
        icon('close'),
      ),
    ),
    faultPanel(),
    filterBar(),
    list,
  );
  host.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) show(false);
  });
  host.hidden = true;
  fill(toggleHost, connectionPill(), toggle);
  subscribe('traffic', () => {
    const count = state.traffic.filter((entry) => entry.violation).length;
    badge.hidden = !count;
    fill(badge, String(count));
    fill(spoken, count ? `, ${count} ${count === 1 ? 'violation' : 'violations'}` : '');
    if (isOpen()) redraw();
  });
  subscribe('connection workspace', () => fill(line, connectionWords()));
}

function connectionWords() {
  if (state.transport === 'http') return 'The app is reached by signed HTTP requests.';
  return state.connections
    ? `Socket Mode: ${state.connections} ${state.connections === 1 ? 'connection' : 'connections'}.`
    : 'Socket Mode: the app is not connected.';
}

// Says at a glance when nothing will be answered: no app on the socket, or the page has lost the playground.
function connectionPill() {
  const pill = h('span', { class: 'pill', role: 'status', hidden: true, data: { testid: 'connection-pill' } });
  subscribe('connection workspace', () => {
    const appAway = state.transport === 'socket' && !state.connections;
    pill.hidden = state.online && !appAway;
    fill(
      pill,
      state.online
        ? [icon('warn'), h('span', {}, `${state.app.name ?? 'App'} is not connected`)]
        : [icon('warn'), h('span', {}, 'Reconnecting to the playground…')],
    );
  });
  return pill;
}
