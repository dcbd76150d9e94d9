// What is fetched into the state: the sidebar, messages, threads, views, Home, traffic. When it is fetched is
// decided in session.js.

import { api } from './api.js';
import { report } from './dom.js';
import { addEphemeral, changed, state } from './state.js';

/** Channel -> events that came while its messages were being fetched. */
export const arriving = new Map();

/** True while the person looks at messages. */
export const isReading = () => document.visibilityState === 'visible' && state.tab === 'messages';

// Runs the work, again if it was asked for meanwhile, never twice at once.
function coalesced(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } catch (error) {
      report(error);
    } finally {
      running = false;
    }
  };
}

/** True while an answer still belongs to the person who asked. */
export const current = (epoch) => epoch === state.epoch;

/** Asks again for the sidebar. */
export const refreshConversations = coalesced(async () => {
  const epoch = state.epoch;
  const { conversations } = await api.conversations(state.me);
  if (!current(epoch)) return;
  state.conversations = conversations.map((row) =>
    row.id === state.active && isReading() ? { ...row, unread: 0 } : row,
  );
  changed('conversations');
});

/** Asks again for the open thread. */
export const refreshThread = coalesced(async () => {
  const { epoch, thread } = state;
  if (!thread) return;
  const { messages } = await api.messages(state.me, thread.channel, thread.ts);
  if (!current(epoch) || state.thread?.ts !== thread.ts) return;
  state.threadMessages = messages;
  changed('thread');
});

/** Asks again for the open modals: for when an answer and the event stream might cross. */
export const refreshViews = coalesced(async () => {
  const { epoch, viewsTold } = state;
  const { views } = await api.views(state.me);
  // what opened or closed while the answer was under way is newer than the answer
  if (!current(epoch) || state.viewsTold !== viewsTold) return;
  state.views = views;
  changed('views');
});

/** Fetches a conversation; `take` then gets the events that came meanwhile. */
export async function loadMessages(channel, take) {
  const epoch = state.epoch;
  arriving.set(channel, []);
  const { messages } = await api.messages(state.me, channel);
  if (!current(epoch)) return;
  const late = arriving.get(channel) ?? [];
  arriving.delete(channel);
  state.messages.set(
    channel,
    messages.filter((message) => !message.ephemeral),
  );
  for (const message of messages) if (message.ephemeral) addEphemeral(channel, message);
  for (const event of late) take(event);
  changed('messages');
}

/** Fetches App Home. */
export async function loadHome() {
  const { epoch, homesTold } = state;
  const { view } = await api.home(state.me);
  // what was published while the answer was under way is newer than the answer
  if (!current(epoch) || state.homesTold !== homesTold) return;
  state.home = view;
  changed('home');
}

/** Fetches the traffic so far. */
export async function loadTraffic() {
  try {
    const { entries } = await api.traffic(0);
    const known = new Set(entries.map((entry) => entry.id));
    state.traffic = [...entries, ...state.traffic.filter((entry) => !known.has(entry.id))];
    changed('traffic');
  } catch (error) {
    report(error);
  }
}
