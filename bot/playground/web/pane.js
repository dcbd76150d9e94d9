// The main column: conversation head, message list, App Home tabs, composer; and the thread column beside it.

import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { avatar } from './message.js';
import { messageList } from './messages.js';
import { composer } from './composer.js';
import { homePane } from './home.js';
import { showDrawer } from './sidebar.js';
import { closeThread, openConversation, openThread } from './session.js';
import {
  activeConversation,
  conversationName,
  messagesOf,
  messagesOfThread,
  personName,
  state,
  subscribe,
} from './state.js';

const titleOf = (row) => (row?.is_app ? state.app.name : conversationName(row));
const signed = (row) => (row.kind === 'im' ? titleOf(row) : `#${row.name}`);

function head(row) {
  if (!row) return [];
  const channel = state.channels.get(row.id);
  const members = (channel?.members ?? []).length;
  const topic = channel?.topic;
  const about =
    row.kind === 'im'
      ? [state.users.get(row.user)?.title, row.is_app ? '' : state.users.get(row.user)?.tz].filter(Boolean).join(' · ')
      : topic;
  return [
    h(
      'h2',
      { class: 'pane-title' },
      row.kind === 'im'
        ? avatar(row.user ?? state.app.bot_user_id, 'avatar-small')
        : icon(row.kind === 'private' ? 'lock' : 'hash'),
      h('span', { data: { testid: 'pane-title' } }, titleOf(row)),
      row.is_app ? h('span', { class: 'app-tag' }, 'APP') : null,
    ),
    about
      ? h('span', { class: 'pane-topic', data: { testid: 'topic' }, title: about }, about)
      : h('span', { class: 'pane-topic' }),
    row.kind !== 'im'
      ? h(
          'span',
          { class: 'members', title: `${members} members`, data: { testid: 'members' } },
          icon('people'),
          String(members),
          h('span', { class: 'visually-hidden' }, ' members'),
        )
      : null,
  ];
}

function tabs(row) {
  if (!row?.is_app || !state.app.home_tab) return null;
  const names = { home: 'Home', messages: 'Messages' };
  const bar = h(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': state.app.name },
    Object.entries(names).map(([key, name]) =>
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${key}`,
          'aria-selected': String(state.tab === key),
          'aria-controls': key === 'home' ? 'panel-home' : 'panel-messages',
          tabindex: state.tab === key ? '0' : '-1',
          data: { testid: `tab-${key}` },
          on: { click: () => openConversation(row.id, key) },
        },
        name,
      ),
    ),
  );
  bar.addEventListener('keydown', (event) => {
    if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    event.preventDefault();
    openConversation(row.id, state.tab === 'home' ? 'messages' : 'home');
    queueMicrotask(() => document.getElementById(`tab-${state.tab}`)?.focus());
  });
  return bar;
}

function introOf(row) {
  if (!row) return null;
  const words = row.is_app
    ? `This is the beginning of your conversation with ${state.app.name}.`
    : row.kind === 'im'
      ? `This conversation is between ${personName(row.user)} and you.`
      : `This is the beginning of #${row.name}.`;
  return h(
    'div',
    { class: 'intro' },
    row.kind === 'im'
      ? avatar(row.user ?? state.app.bot_user_id, 'avatar-big')
      : h('span', { class: 'intro-sign' }, icon(row.kind === 'private' ? 'lock' : 'hash')),
    h('h3', {}, titleOf(row)),
    h('p', {}, words),
  );
}

const threadOf = (message) => openThread(message.channel ?? state.active, message.ts);

/** Draws the main column. */
export function mainPane(host) {
  const menu = h(
    'button',
    {
      type: 'button',
      id: 'menu-button',
      class: 'btn-tool only-phone',
      'aria-label': 'Conversations',
      'aria-expanded': 'false',
      data: { testid: 'menu' },
      on: { click: () => showDrawer(!document.body.classList.contains('drawer-open')) },
    },
    icon('menu'),
  );
  const title = h('div', { class: 'pane-words' });
  const tabHost = h('div', { class: 'tab-host' });
  const list = messageList({ label: 'Messages', openThread: threadOf, testid: 'message-list' });
  const box = composer({
    testid: 'composer',
    target: () => {
      const row = activeConversation();
      return (
        row && { channel: row.id, label: `Message ${signed(row)}`, closed: row.is_archived || state.tab === 'home' }
      );
    },
  });
  const archived = h(
    'p',
    { class: 'archived-note', hidden: true },
    'This channel is archived. Nobody can write in it.',
  );
  list.root.id = 'panel-messages';
  fill(host, h('header', { class: 'pane-head' }, menu, title), tabHost, homePane(), list.root, archived, box.root);

  let shown = null;
  subscribe('active conversations workspace person', () => {
    const row = activeConversation();
    fill(title, head(row));
    const focus = tabHost.contains(document.activeElement);
    fill(tabHost, tabs(row));
    if (focus) document.getElementById(`tab-${state.tab}`)?.focus();
    archived.hidden = !row?.is_archived;
    list.root.hidden = state.tab === 'home';
    document.title = row ? `${signed(row)} · ${state.team.name}` : (state.team.name ?? 'Playground');
    const place = `${state.epoch}|${state.active}|${state.tab}`;
    if (place === shown) return;
    shown = place;
    list.clear();
    box.refresh();
    list.list.setAttribute('aria-label', row ? `Messages in ${signed(row)}` : 'Messages');
  });
  subscribe('messages active person', () => {
    const row = activeConversation();
    const loaded = state.messages.has(state.active);
    fill(list.intro, loaded ? introOf(row) : null);
    list.draw(row && state.tab === 'messages' ? messagesOf(row.id) : [], { days: true, newFrom: state.newFrom });
    list.list.setAttribute('aria-busy', String(Boolean(row) && !loaded));
  });
  host.addEventListener('click', (event) => {
    const mention = event.target.closest('[data-channel]');
    if (mention) openConversation(mention.dataset.channel);
  });
  return box;
}

/** Draws the thread column; it is hidden until a thread is open. */
export function threadPane(host) {
  const close = h(
    'button',
    {
      type: 'button',
      class: 'btn-tool',
      'aria-label': 'Close thread',
      data: { testid: 'thread-close' },
      on: { click: closeThread },
    },
    icon('close'),
  );
  const where = h('span', { class: 'note' });
  const list = messageList({ label: 'Thread', testid: 'thread-list' });
  const box = composer({
    testid: 'thread-composer',
    target: () => state.thread && { channel: state.thread.channel, threadTs: state.thread.ts, label: 'Reply…' },
  });
  fill(
    host,
    h(
      'header',
      { class: 'pane-head' },
      h('div', { class: 'pane-words' }, h('h2', { class: 'pane-title' }, 'Thread'), where),
      close,
    ),
    list.root,
    box.root,
  );
  let shown = null;
  subscribe('thread person', () => {
    host.hidden = !state.thread;
    document.body.classList.toggle('thread-open', Boolean(state.thread));
    const place = state.thread && `${state.epoch}|${state.thread.ts}`;
    if (place !== shown) {
      shown = place;
      list.clear();
      box.refresh();
      if (place) box.focus();
    }
    if (!state.thread) return;
    const row = state.conversations.find((each) => each.id === state.thread.channel);
    fill(where, row ? signed(row) : '');
    list.draw(messagesOfThread(), { repliesAfterFirst: true });
  });
  host.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    closeThread();
    document.querySelector('[data-testid="composer-input"]')?.focus();
  });
}
