// What the page knows: the workspace, the person acted as, conversations, messages, views, traffic. Topics tell the
// panes to redraw. No DOM and no requests here.

import { tint } from './dom.js';

export const state = {
  team: {},
  app: {},
  users: new Map(),
  channels: new Map(),
  groups: new Map(),
  transport: 'socket',
  connections: 0,
  knowsCharts: true,
  online: true,
  me: null,
  epoch: 0,
  conversations: [],
  active: null,
  tab: 'messages',
  messages: new Map(), // channel -> messages, oldest first
  ephemeral: new Map(), // channel -> ephemeral messages of this person
  thread: null,
  threadMessages: [],
  home: undefined,
  homesTold: 0,
  viewsTold: 0,
  views: [],
  drafts: new Map(),
  typedValues: new Map(),
  traffic: [],
  clock: { at: 0, read: 0 },
};

const listeners = new Map();
const waiting = new Set();

/** Calls `draw` whenever one of the topics changes. */
export function subscribe(topics, draw) {
  for (const topic of topics.split(' ')) listeners.set(topic, [...(listeners.get(topic) ?? []), draw]);
}

/** Says that topics changed; panes redraw once, after the running event. */
export function changed(topics) {
  if (!waiting.size) queueMicrotask(flush);
  for (const topic of topics.split(' ')) for (const draw of listeners.get(topic) ?? []) waiting.add(draw);
}

function flush() {
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
}

/** Takes over the answer of /page/bootstrap. */
export function takeBootstrap(boot) {
  state.team = boot.team ?? {};
  state.app = boot.app ?? {};
  state.users = new Map(boot.users.map((user) => [user.id, user]));
  state.channels = new Map(boot.channels.map((channel) => [channel.id, channel]));
  state.groups = new Map((boot.groups ?? []).map((group) => [group.id, group]));
  state.transport = boot.transport;
  state.knowsCharts = boot.knows_charts ?? true;
  state.connections = boot.connections;
  takeClock(boot.clock);
}

/** People one can act as: not bots, not deactivated. */
export function people() {
  return [...state.users.values()].filter(
    (user) => !user.is_bot && !user.is_app && !user.deleted && user.id !== 'USLACKBOT',
  );
}

/** The person acted as. */
export function me() {
  return state.users.get(state.me) ?? null;
}

/** What a person is called in messages. */
export function personName(id) {
  const user = state.users.get(id);
  if (!user) return id === 'USLACKBOT' ? 'Slackbot' : id || 'Somebody';
  return user.display_name || user.real_name || user.name || id;
}

/** True for the app's bot user. */
export function isApp(id) {
  return Boolean(id) && (id === state.app.bot_user_id || Boolean(state.users.get(id)?.is_app));
}

/** The tint class of a person or the app: neighbours in the list of people differ. */
export function tintOf(id) {
  if (isApp(id)) return 'tint-app';
  const at = [...state.users.keys()].indexOf(id);
  return `tint-${at < 0 ? tint(String(id)) : at % 8}`;
}

/** The active conversation's row, or null. */
export function activeConversation() {
  return state.conversations.find((row) => row.id === state.active) ?? null;
}

/** A conversation's title without its sign. */
export function conversationName(row) {
  if (!row) return '';
  if (row.kind === 'im')
    return row.user === state.me ? `${personName(row.user)} (you)` : personName(row.user) || row.name;
  return row.name;
}

/** The server's clock, remembered with the moment it was read, so that it ticks between events. */
export function takeClock(clock) {
  if (clock?.now)
    state.clock = {
      at: typeof clock.now === 'number' ? clock.now * 1000 : Date.parse(clock.now),
      read: performance.now(),
    };
}

/** Now, by the playground's clock. */
export function now() {
  return new Date(state.clock.at + (performance.now() - state.clock.read));
}

/** Top-level messages of a conversation with this person's ephemeral ones, in order of time. */
export function messagesOf(channel) {
  const stored = state.messages.get(channel) ?? [];
  const known = new Set(stored.map((message) => message.ts));
  const extra = (state.ephemeral.get(channel) ?? []).filter((message) => !known.has(message.ts) && !inThread(message));
  return [...stored.filter((message) => !inThread(message)), ...extra].sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** The thread pane's messages: parent, replies, and this person's ephemeral replies. */
export function messagesOfThread() {
  const extra = (state.ephemeral.get(state.thread?.channel) ?? []).filter(
    (message) => message.thread_ts === state.thread?.ts,
  );
  const known = new Set(state.threadMessages.map((message) => message.ts));
  return [...state.threadMessages, ...extra.filter((message) => !known.has(message.ts))].sort(
    (a, b) => Number(a.ts) - Number(b.ts),
  );
}

/** True for a reply that belongs into the thread only. */
export function inThread(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts && message.subtype !== 'thread_broadcast';
}

/** Puts a message into a list by ts, replacing the one with the same ts. */
export function upsert(list, message) {
  const rest = (list ?? []).filter((other) => other.ts !== message.ts);
  return [...rest, message].sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** Adds a message only this person sees. */
export function addEphemeral(channel, message) {
  state.ephemeral.set(channel, upsert(state.ephemeral.get(channel), { ...message, ephemeral: true }));
}
