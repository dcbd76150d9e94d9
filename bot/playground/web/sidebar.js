// The left column: workspace name, channels, direct messages, apps, and the person card. On a phone it is a drawer.

import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { avatar } from './message.js';
import { openNewMessage, openQuickSwitcher, personCard } from './people.js';
import { openConversation } from './session.js';
import { conversationName, state, subscribe } from './state.js';

/** Opens or closes the drawer (phone width only; elsewhere the column is always there). */
export function showDrawer(open) {
  document.body.classList.toggle('drawer-open', open);
  document.getElementById('menu-button')?.setAttribute('aria-expanded', String(open));
}

function sign(row) {
  if (row.kind === 'im') return avatar(row.user ?? state.app.bot_user_id, 'avatar-small');
  return icon(row.kind === 'private' ? 'lock' : 'hash');
}

function place(row) {
  const active = row.id === state.active;
  const name = row.is_app ? (state.app.name ?? conversationName(row)) : conversationName(row);
  const kind = { channel: 'channel', private: 'private channel', im: row.is_app ? 'app' : 'direct message' }[row.kind];
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: `place${row.unread ? ' unread' : ''}${row.is_archived ? ' archived' : ''}`,
        'aria-current': active ? 'page' : null,
        tabindex: active ? '0' : '-1',
        data: { testid: `conversation-${row.id}`, kind: row.kind, unread: row.unread ? String(row.unread) : null },
        on: {
          click: () => {
            showDrawer(false);
            openConversation(row.id);
          },
        },
      },
      sign(row),
      h('span', { class: 'place-name' }, name),
      h('span', { class: 'visually-hidden' }, `, ${kind}${row.is_archived ? ', archived' : ''}`),
      row.unread
        ? [
            h('span', { class: 'badge', 'aria-hidden': 'true' }, String(row.unread)),
            h('span', { class: 'visually-hidden' }, `, ${row.unread} unread`),
          ]
        : null,
    ),
  );
}

function group(title, rows, extra = null) {
  if (!rows.length && !extra) return null;
  return h(
    'section',
    {},
    h('div', { class: 'group-head' }, h('h2', {}, title), extra),
    h('ul', { 'aria-label': title }, rows.map(place)),
  );
}

function newMessageButton() {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'btn-tool',
      'aria-label': 'Write to a person',
      'aria-haspopup': 'listbox',
      'aria-expanded': 'false',
      title: 'Write to a person',
      data: { testid: 'new-message' },
      on: {
        click: () => openNewMessage(button, () => showDrawer(false)),
      },
    },
    icon('plus'),
  );
  return button;
}

// One tab stop for all places; the arrow keys walk them.
function walkable(nav) {
  nav.addEventListener('keydown', (event) => {
    const rows = [...nav.querySelectorAll('.place')];
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at < 0 || to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[to].focus();
  });
}

/** Draws the sidebar into its column. */
export function sidebar(host) {
  const name = h('h1', { class: 'workspace', data: { testid: 'workspace' } });
  const nav = h('nav', { class: 'places', 'aria-label': 'Conversations', data: { testid: 'sidebar' } });
  const jump = h(
    'button',
    { type: 'button', class: 'jump-box', data: { testid: 'jump' }, on: { click: openQuickSwitcher } },
    icon('search'),
    h('span', {}, 'Jump to…'),
    h('kbd', {}, 'Ctrl K'),
  );
  fill(host, h('div', { class: 'side-head' }, name, jump), nav, personCard());
  walkable(nav);
  subscribe('workspace', () => fill(name, state.team.name ?? 'Workspace'));
  subscribe('conversations active person workspace', () => {
    const focused = nav.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    const rows = state.conversations;
    fill(
      nav,
      group(
        'Channels',
        rows.filter((row) => row.kind !== 'im'),
      ),
      group(
        'Direct messages',
        rows.filter((row) => row.kind === 'im' && !row.is_app),
        newMessageButton(),
      ),
      group(
        'Apps',
        rows.filter((row) => row.is_app),
      ),
    );
    if (!nav.querySelector('.place[tabindex="0"]')) nav.querySelector('.place')?.setAttribute('tabindex', '0');
    if (focused) nav.querySelector(`[data-testid="${focused}"]`)?.focus();
  });
}
