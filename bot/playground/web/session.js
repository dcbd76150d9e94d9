// The running session: who is acted as, what is loaded, and what each event of the stream changes. Panes only draw
// what is in state.

import { api, listen } from './api.js';
import { announce, report } from './dom.js';
import {
  arriving,
  current,
  isReading,
  loadHome,
  loadMessages,
  loadTraffic,
  refreshConversations,
  refreshThread,
} from './loading.js';
import { mrkdwn } from './mrkdwn.js';
import {
  activeConversation,
  addEphemeral,
  changed,
  inThread,
  now,
  people,
  personName,
  state,
  takeBootstrap,
  takeClock,
  upsert,
} from './state.js';

let stopListening = null;

function markRead(channel) {
  const row = state.conversations.find((each) => each.id === channel);
  if (row) row.unread = 0;
  changed('conversations');
  api.read(state.me, channel).catch(report);
}

// The first of the last `unread` messages of others: where the "New" line goes.
function firstUnread(row) {
  if (!row?.unread) return null;
  const others = (state.messages.get(row.id) ?? []).filter(
    (message) => message.user !== state.me && !inThread(message),
  );
  return others[Math.max(0, others.length - Number(row.unread))]?.ts ?? null;
}

/** Goes to a conversation; `tab` is "home" or "messages" and matters for the app only. */
export async function openConversation(id, tab) {
  const row = state.conversations.find((each) => each.id === id);
  if (!row) return;
  const homely = row.is_app && state.app.home_tab;
  const unread = { ...row };
  state.active = id;
  state.tab = homely ? (tab ?? (row.unread ? 'messages' : 'home')) : 'messages';
  state.newFrom = null;
  if (state.thread?.channel !== id) closeThread();
  remember();
  changed('active conversations messages home');
  try {
    const epoch = state.epoch;
    if (homely) await api.openHome(state.me, state.tab);
    if (homely && state.tab === 'home') await loadHome();
    if (!state.messages.has(id)) await loadMessages(id, takeMessage);
    if (!current(epoch) || state.active !== id || state.tab !== 'messages') return;
    state.newFrom = firstUnread(unread);
    changed('messages');
    if (row.unread) markRead(id);
  } catch (error) {
    report(error);
  }
}

/** Opens the direct messages with a person; the server begins the conversation when there is none yet. */
export async function openDirect(person) {
  const epoch = state.epoch;
  try {
    await api.messages(state.me, person);
    const { conversations } = await api.conversations(state.me);
    if (!current(epoch)) return;
    state.conversations = conversations;
    changed('conversations');
    const row = conversations.find((each) => each.kind === 'im' && each.user === person);
    if (row) await openConversation(row.id);
  } catch (error) {
    report(error);
  }
}

/** Opens the thread pane on a message. */
export function openThread(channel, ts) {
  state.thread = { channel, ts };
  state.threadMessages = (state.messages.get(channel) ?? []).filter((message) => message.ts === ts);
  changed('thread');
  refreshThread();
}

/** Closes the thread pane. */
export function closeThread() {
  state.thread = null;
  state.threadMessages = [];
  changed('thread');
}

function remember() {
  const home = state.tab === 'home' ? '/home' : '';
  history.replaceState(null, '', `#${state.me}/${state.active}${home}`);
}

/** Becomes another person: everything personal is forgotten first, then loaded anew. */
export async function actAs(id, wanted, tab) {
  state.epoch += 1;
  const epoch = state.epoch;
  stopListening?.();
  Object.assign(state, {
    me: id,
    conversations: [],
    messages: new Map(),
    ephemeral: new Map(),
    home: undefined,
    views: [],
    active: null,
    tab: 'messages',
    newFrom: null,
    thread: null,
    threadMessages: [],
    typedValues: new Map(),
    drafts: state.drafts,
  });
  arriving.clear();
  changed('person active conversations messages thread home views');
  stopListening = listen(
    id,
    (event) => current(epoch) && takeEvent(event),
    (open) => current(epoch) && takeLine(open),
  );
  try {
    const [{ conversations }, { views }] = await Promise.all([api.conversations(id), api.views(id)]);
    if (!current(epoch)) return;
    Object.assign(state, { conversations, views });
    changed('conversations views');
    const first =
      conversations.find((row) => row.id === wanted) ??
      conversations.find((row) => row.kind !== 'im') ??
      conversations[0];
    if (first) await openConversation(first.id, first.id === wanted ? tab : undefined);
    announce(`Acting as ${personName(id)}`);
  } catch (error) {
    report(error);
  }
}

/** Loads the workspace and starts with the person and place of the address, else with the first person. */
export async function start() {
  takeBootstrap(await api.bootstrap());
  changed('workspace clock connection');
  loadTraffic();
  const [person, place, tab] = decodeURIComponent(location.hash.slice(1)).split('/');
  const someone = people().find((user) => user.id === person) ?? people()[0];
  if (someone) await actAs(someone.id, place, tab);
}

let broken = false;

// The stream opened or broke; after a break everything is asked for again, because events were missed.
function takeLine(open) {
  state.online = open;
  changed('connection');
  if (!open) {
    broken = true;
    return;
  }
  if (!broken) return;
  broken = false;
  reload();
}

async function reload() {
  try {
    takeBootstrap(await api.bootstrap());
    state.traffic = [];
    changed('workspace clock connection traffic');
    loadTraffic();
    const known = state.users.has(state.me) ? state.me : people()[0]?.id;
    if (known) await actAs(known, state.active, state.tab);
  } catch (error) {
    report(error);
  }
}

function takeEvent(event) {
  const handlers = {
    message: () => takeMessage(event),
    message_changed: () => takeMessage(event),
    message_deleted: () => takeMessage(event),
    ephemeral: () => takeEphemeral(event.channel, event.message),
    home: () => {
      state.home = event.view;
      state.homesTold += 1;
      changed('home');
    },
    views: () => {
      state.viewsTold += 1;
      state.views = event.views;
      changed('views');
    },
    conversations: () => refreshConversations(),
    clock: () => {
      takeClock(event.clock);
      changed('clock messages');
    },
    traffic: () => takeTraffic(event.entry),
    connection: () => {
      state.connections = event.connections;
      changed('connection');
    },
    charts: () => {
      state.knowsCharts = event.known;
      changed('charts');
    },
    reset: () => reload(),
  };
  handlers[event.type]?.();
}

function takeTraffic(entry) {
  if (state.traffic.some((known) => known.id === entry.id)) {
    state.traffic = state.traffic.map((known) => (known.id === entry.id ? entry : known));
  } else {
    state.traffic = [...state.traffic, entry].slice(-1000);
  }
  changed('traffic');
}

function takeEphemeral(channel, message) {
  addEphemeral(channel, message);
  changed('messages thread');
  if (channel === state.active) announce(`Only visible to you: ${spoken(message)}`);
}

const spoken = (message) => mrkdwn(message.text || 'a message with blocks').textContent;

function takeMessage(event) {
  const { type, channel, message } = event;
  arriving.get(channel)?.push(event);
  const without = (list) => list.filter((other) => other.ts !== message.ts);
  const take = type === 'message_deleted' ? without : (list) => upsert(list, message);
  if (state.messages.has(channel) && !message.ephemeral) state.messages.set(channel, take(state.messages.get(channel)));
  if (state.ephemeral.get(channel)?.some((other) => other.ts === message.ts))
    state.ephemeral.set(channel, take(state.ephemeral.get(channel)));
  if (state.thread?.channel === channel && (message.thread_ts === state.thread.ts || message.ts === state.thread.ts))
    state.threadMessages = take(state.threadMessages);
  changed('messages thread');
  if (type === 'message') takeNew(channel, message);
}

// A message nobody here has seen: unread marks, the announcement, and the reply count of its parent.
function takeNew(channel, message) {
  if (inThread(message) && state.messages.has(channel)) loadMessages(channel, takeMessage).catch(report);
  if (channel === state.active && isReading()) {
    if (message.user !== state.me) {
      announce(`${personName(message.user)}: ${spoken(message)}`);
      markRead(channel);
    }
  } else refreshConversations();
}

/** A message of the page itself, as Slackbot's private notes to the person. */
export function note(channel, text, threadTs) {
  const ts = (now().getTime() / 1000).toFixed(6);
  takeEphemeral(channel, {
    ts,
    channel,
    user: 'USLACKBOT',
    text,
    blocks: [],
    ephemeral: true,
    ...(threadTs ? { thread_ts: threadTs } : {}),
  });
}

document.addEventListener('visibilitychange', () => {
  const row = activeConversation();
  if (row?.unread && isReading()) markRead(row.id);
});
