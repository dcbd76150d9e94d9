// The message list of a conversation or thread: day dividers, grouping, reuse of what did not change, scrolling,
// arrow keys.

import { h, fill } from './dom.js';
import { icon } from './icons.js';
import { messageNode } from './message.js';
import { me, now, state } from './state.js';
import { dayKey, dayLabel, tsDate } from './time.js';

const GROUP_SECONDS = 300;

function follows(message, before, tz) {
  return (
    Boolean(before) &&
    before.user === message.user &&
    Boolean(before.ephemeral) === Boolean(message.ephemeral) &&
    Number(message.ts) - Number(before.ts) < GROUP_SECONDS &&
    dayKey(tsDate(message.ts), tz) === dayKey(tsDate(before.ts), tz)
  );
}

// What is to be shown, in order: {key, print, draw}. `print` changes when the node must be drawn anew.
function items(messages, openThread, marks) {
  const tz = me()?.tz;
  const out = [];
  let before = null;
  for (const message of messages) {
    const moment = tsDate(message.ts);
    if (!before || dayKey(tsDate(before.ts), tz) !== dayKey(moment, tz)) {
      const label = dayLabel(moment, now(), tz);
      if (marks.days)
        out.push({
          key: `day-${dayKey(moment, tz)}`,
          print: label,
          draw: () =>
            h(
              'div',
              { class: 'day', role: 'separator', 'aria-label': label, data: { testid: 'day' } },
              h('span', {}, label),
            ),
        });
    }
    const fresh = marks.newFrom === message.ts;
    if (fresh)
      out.push({
        key: 'new',
        print: 'new',
        draw: () =>
          h('div', { class: 'new-line', role: 'separator', 'aria-label': 'New messages' }, h('span', {}, 'New')),
      });
    const grouped = !fresh && follows(message, before, tz);
    out.push({
      key: message.ts,
      print: `${state.epoch}|${grouped}|${tz}|${JSON.stringify(message)}`,
      draw: () => messageNode(message, { grouped, openThread }),
    });
    if (marks.repliesAfterFirst && message === messages[0] && messages.length > 1) {
      const words = `${messages.length - 1} ${messages.length === 2 ? 'reply' : 'replies'}`;
      out.push({
        key: 'replies',
        print: words,
        draw: () => h('div', { class: 'reply-line', role: 'separator', 'aria-label': words }, h('span', {}, words)),
      });
      before = null;
    } else before = message;
  }
  return out;
}

/** A list pane. `draw(messages, marks)` shows the messages; call `toEnd()` after the place changed. */
export function messageList({ label, openThread = null, testid }) {
  const drawn = new Map();
  const list = h('div', { class: 'message-list', role: 'list', 'aria-label': label, tabindex: '0', data: { testid } });
  const intro = h('div', { class: 'list-intro' });
  const jump = h(
    'button',
    { type: 'button', class: 'jump', hidden: true, on: { click: () => toEnd() } },
    icon('chevron'),
    'New messages',
  );
  const scroller = h('div', { class: 'message-scroll' }, intro, list);
  const root = h('div', { class: 'message-pane' }, scroller, jump);
  const nearEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 90;
  let pinned = true;
  const toEnd = () => {
    pinned = true;
    scroller.scrollTop = scroller.scrollHeight;
    jump.hidden = true;
  };
  scroller.addEventListener('scroll', () => {
    pinned = nearEnd();
    if (pinned) jump.hidden = true;
  });
  new ResizeObserver(() => pinned && toEnd()).observe(list);
  new ResizeObserver(() => pinned && toEnd()).observe(scroller);

  const draw = (messages, marks = {}) => {
    const wanted = items(messages, openThread, marks);
    const keys = new Set(wanted.map((item) => item.key));
    const grew = wanted.some((item) => !drawn.has(item.key));
    const focus = focusMark(list);
    for (const [key, known] of drawn)
      if (!keys.has(key)) {
        known.node.remove();
        drawn.delete(key);
      }
    let place = null;
    for (const item of wanted) {
      let known = drawn.get(item.key);
      if (!known || known.print !== item.print) {
        const node = item.draw();
        if (known) known.node.replaceWith(node);
        known = { print: item.print, node };
        drawn.set(item.key, known);
      }
      const next = place ? place.nextSibling : list.firstChild;
      if (next !== known.node) list.insertBefore(known.node, next);
      place = known.node;
    }
    restoreFocus(list, focus);
    if (pinned || (messages[messages.length - 1]?.user === state.me && grew)) toEnd();
    else if (grew) jump.hidden = false;
  };
  const clear = () => {
    drawn.clear();
    fill(list);
    pinned = true;
    jump.hidden = true;
  };
  walkable(list);
  return { root, intro, list, draw, clear, toEnd };
}

// A redrawn message keeps the focus on the same control, if it still has it.
function focusMark(list) {
  const node = document.activeElement;
  const row = list.contains(node) ? node.closest('[data-ts]') : null;
  if (!row) return null;
  return {
    ts: row.dataset.ts,
    node,
    action: node.dataset.actionId,
    block: node.closest('[data-block-id]')?.dataset.blockId,
    value: node.dataset.value,
  };
}

function restoreFocus(list, mark) {
  if (!mark || document.contains(mark.node)) return;
  const row = list.querySelector(`[data-ts="${CSS.escape(mark.ts)}"]`);
  const same =
    mark.action &&
    [...(row?.querySelectorAll('[data-action-id]') ?? [])].find(
      (node) => node.dataset.actionId === mark.action && node.dataset.value === mark.value,
    );
  (same || row || list).focus({ preventScroll: true });
}

// Arrow keys walk the messages; the list itself is the one tab stop.
function walkable(list) {
  list.addEventListener('keydown', (event) => {
    if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
    const rows = [...list.querySelectorAll('.message')];
    if (!rows.length || !(event.target === list || rows.includes(event.target))) return;
    event.preventDefault();
    const at = rows.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? rows.length - 1 : at - 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    rows[Math.max(0, Math.min(rows.length - 1, to))].focus();
  });
}
