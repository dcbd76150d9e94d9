// One message: avatar, name, APP tag, time, text or blocks, ephemeral and edited marks, replies. The list is in
// messages.js.

import { h, initials } from './dom.js';
import { icon } from './icons.js';
import { withEmoji } from './emoji.js';
import { renderBlocks, renderText } from './blocks.js';
import { surfaceContext } from './actions.js';
import { fileCard } from './files.js';
import { isApp, me, now, personName, state, tintOf } from './state.js';
import { ago, clockTime, fullMoment, tsDate } from './time.js';
import { Values } from './values.js';

/** A person's avatar: initials on a tint; the app's is squared with its first letter. */
export function avatar(id, size = '') {
  const app = isApp(id);
  const name = app ? (state.app.name ?? 'App') : personName(id);
  return h(
    'span',
    { class: `avatar ${size} ${tintOf(id)}${app ? ' avatar-app' : ''}`, 'aria-hidden': 'true' },
    app ? initials(name).slice(0, 1) : initials(state.users.get(id)?.real_name || name),
  );
}

// What a person chose in a message stays across redraws, as long as the message does.
function valuesOf(message) {
  const key = `${message.channel ?? ''}:${message.ts}`;
  if (!state.typedValues.has(key)) state.typedValues.set(key, new Values());
  const values = state.typedValues.get(key);
  values.prune(message.blocks ?? []);
  return values;
}

function timeOf(message, full) {
  const moment = tsDate(message.ts);
  return h(
    'time',
    { class: 'time', datetime: moment.toISOString(), title: fullMoment(moment, me()) },
    full ? clockTime(moment, me()) : clockTime(moment, me()).replace(/ [AP]M$/, ''),
  );
}

function attachment(raw, message, ctx) {
  return h(
    'div',
    { class: 'attachment' },
    raw.pretext ? renderText(raw.pretext) : null,
    raw.title ? h('strong', {}, raw.title) : null,
    raw.blocks ? renderBlocks(raw.blocks, ctx) : raw.text || raw.fallback ? renderText(raw.text || raw.fallback) : null,
  );
}

function replies(message, openThread) {
  const count = message.reply_count;
  if (!count) return null;
  return h(
    'button',
    { type: 'button', class: 'replies', data: { testid: 'replies' }, on: { click: () => openThread(message) } },
    icon('thread'),
    h('span', { class: 'replies-count' }, `${count} ${count === 1 ? 'reply' : 'replies'}`),
    message.latest_reply
      ? h('span', { class: 'note' }, `Last reply ${ago(tsDate(message.latest_reply), now())}`)
      : null,
  );
}

function content(message) {
  const notice = h('div', { class: 'notice' });
  const blocks = message.blocks ?? [];
  const ctx = surfaceContext({
    surface: 'message',
    container: { type: 'message', channel: message.channel, ts: message.ts },
    values: valuesOf(message),
    blocks,
    notice,
    prefix: `m-${message.ts}`,
  });
  const edited = message.edited ? h('span', { class: 'edited', data: { testid: 'edited' } }, '(edited)') : null;
  return h(
    'div',
    { class: 'message-content' },
    blocks.length ? renderBlocks(blocks, ctx) : message.text || !message.files?.length ? renderText(message.text) : null,
    edited,
    (message.attachments ?? []).map((raw) => attachment(raw, message, ctx)),
    (message.files ?? []).map(fileCard),
    message.reactions?.length
      ? h(
          'div',
          { class: 'reactions' },
          message.reactions.map((one) =>
            h('span', { class: 'reaction' }, withEmoji(`:${one.name}:`), ` ${one.users?.length ?? one.count}`),
          ),
        )
      : null,
    notice,
  );
}

/** A message row. `grouped` follows its author's last one without a head; `openThread` is given where threads open. */
export function messageNode(message, { grouped = false, openThread = null } = {}) {
  const app = isApp(message.user) || Boolean(message.bot_id);
  const author = app && !state.users.has(message.user) ? state.app.bot_user_id : message.user;
  const name = app ? (state.app.name ?? personName(author)) : personName(author);
  const head = h(
    'div',
    { class: 'message-head' },
    h('span', { class: 'author' }, name),
    app ? h('span', { class: 'app-tag' }, 'APP') : null,
    timeOf(message, true),
  );
  return h(
    'div',
    {
      class: `message${grouped ? ' grouped' : ''}${message.ephemeral ? ' ephemeral' : ''}`,
      role: 'listitem',
      tabindex: '-1',
      data: { testid: 'message', ts: message.ts, user: author, ephemeral: message.ephemeral ? 'true' : null },
    },
    h('div', { class: 'gutter' }, grouped ? timeOf(message, false) : avatar(author)),
    h(
      'div',
      { class: 'message-main' },
      message.ephemeral
        ? h('div', { class: 'only-you', data: { testid: 'only-you' } }, icon('eye'), 'Only visible to you')
        : null,
      grouped ? h('span', { class: 'visually-hidden' }, `${name}: `) : head,
      content(message),
      openThread ? replies(message, openThread) : null,
    ),
    openThread && !message.ephemeral
      ? h(
          'div',
          { class: 'message-tools' },
          h(
            'button',
            {
              type: 'button',
              class: 'btn-tool',
              title: 'Reply in thread',
              'aria-label': `Reply in thread to ${name}`,
              data: { testid: 'reply-in-thread' },
              on: { click: () => openThread(message) },
            },
            icon('thread'),
          ),
        )
      : null,
  );
}
