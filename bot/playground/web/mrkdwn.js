// Slack's mrkdwn to DOM nodes: styles, code, quotes, links, mentions, dates, entities, emoji. The rules are
// Slack's, not Markdown's.

import { h, frag } from './dom.js';
import { emojiNode, glyphOf, withEmoji } from './emoji.js';
import { dateTokens } from './time.js';
import { state, me, now, personName, people } from './state.js';

const STYLES = { '*': 'strong', _: 'em', '~': 'del' };
const SAFE_LINK = /^(https?:\/\/|mailto:|tel:)/i;
const WORD = /[\p{L}\p{N}]/u;

/** Decodes the three entities Slack knows; everything else is plain text. */
function decode(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>' })[name]);
}

/** A link that opens outside; anything but web and mail addresses stays text. */
export function linkNode(url, ...label) {
  if (!SAFE_LINK.test(url)) return frag(...(label.length ? label : [url]));
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label.length ? label : url);
}

/** A mention of a person. */
export function userMention(id, fallback) {
  const name = state.users.has(id) ? personName(id) : fallback || personName(id);
  return h('span', { class: id === state.me ? 'mention mention-me' : 'mention', data: { user: id } }, `@${name}`);
}

/** A mention of a channel; a click goes there (main.js listens for data-channel). */
export function channelMention(id, fallback) {
  const name = state.channels.get(id)?.name || fallback;
  if (!name) return h('span', { class: 'mention' }, '#private-channel');
  return h('button', { type: 'button', class: 'mention mention-link', data: { channel: id } }, `#${name}`);
}

/** A mention of a user group, by its handle; marked for those who are in it. */
export function groupMention(id, fallback) {
  const group = state.groups.get(id);
  const mine = group?.members.includes(state.me);
  const name = group?.handle ?? (fallback || 'group').replace(/^@/, '');
  return h('span', { class: mine ? 'mention mention-me' : 'mention', data: { group: id } }, `@${name}`);
}

/** @here, @channel, @everyone. */
export function broadcastMention(range) {
  return h('span', { class: 'mention mention-me' }, `@${range}`);
}

/** A date written with Slack's tokens, in the viewer's zone; its full form is in the title. */
export function dateNode(timestamp, pattern, fallback, url) {
  const seconds = Number(timestamp);
  if (!Number.isFinite(seconds)) return fallback ?? pattern;
  const moment = new Date(seconds * 1000);
  const time = h(
    'time',
    { datetime: moment.toISOString(), title: dateTokens('{date_long} at {time_secs}', moment, me(), now()) },
    dateTokens(pattern, moment, me(), now()),
  );
  return url ? linkNode(url, time) : time;
}

function angle(body) {
  const bar = body.indexOf('|');
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? '' : decode(body.slice(bar + 1));
  if (target.startsWith('@')) return userMention(target.slice(1), label);
  if (target.startsWith('#')) return channelMention(target.slice(1), label);
  if (target.startsWith('!date^')) {
    const [, timestamp, pattern, url] = target.split('^');
    return dateNode(timestamp, decode(pattern ?? ''), label, url ? decode(url) : undefined);
  }
  if (target.startsWith('!subteam^')) return groupMention(target.slice(9), label);
  if (target.startsWith('!')) return broadcastMention(target.slice(1).split('^')[0]);
  const url = decode(target);
  return SAFE_LINK.test(url) ? linkNode(url, ...(label ? withEmoji(label) : [])) : `<${decode(body)}>`;
}

// Where the style that opens at `start` closes on the same line, or -1. Marks inside <…> and `code` do not close it.
function closing(text, start) {
  const mark = text[start];
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '<') {
      const end = text.indexOf('>', at);
      if (end > 0) at = end;
    } else if (text[at] === '`' && text.indexOf('`', at + 1) > 0) {
      at = text.indexOf('`', at + 1);
    } else if (text[at] === mark && at > start + 1 && !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? ' ')) {
      return at;
    }
  }
  return -1;
}

const opens = (text, at) =>
  !WORD.test(text[at - 1] ?? ' ') &&
  text[at - 1] !== text[at] &&
  /\S/.test(text[at + 1] ?? ' ') &&
  text[at + 1] !== text[at];

// Plain URLs, @names and #channels are linked only where Slack would look for them: in text that is not verbatim.
function autoLink(text, at) {
  const rest = text.slice(at);
  const before = text[at - 1] ?? ' ';
  const url = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"]/.exec(rest);
  if (url && !WORD.test(before)) return [linkNode(decode(url[0])), url[0].length];
  if (/[@#]/.test(rest[0]) && !WORD.test(before)) {
    const name = /^[@#]([\p{L}\p{N}._-]*[\p{L}\p{N}_-])/u.exec(rest);
    if (name && rest[0] === '@' && ['here', 'channel', 'everyone'].includes(name[1]))
      return [broadcastMention(name[1]), name[0].length];
    const channel = name && rest[0] === '#' && [...state.channels.values()].find((row) => row.name === name[1]);
    if (channel) return [channelMention(channel.id), name[0].length];
    const person = name && rest[0] === '@' && people().find((user) => user.name === name[1]);
    if (person) return [userMention(person.id), name[0].length];
  }
  return null;
}

// One special thing at `at`: [node, length], or null for an ordinary character.
function special(text, at, verbatim) {
  const char = text[at];
  if (char === '<') {
    const end = text.indexOf('>', at);
    if (end > at + 1 && !text.slice(at, end).includes('\n')) return [angle(text.slice(at + 1, end)), end - at + 1];
  } else if (char === '`') {
    const end = text.indexOf('`', at + 1);
    if (end > at + 1 && !text.slice(at, end).includes('\n'))
      return [h('code', {}, codeText(text.slice(at + 1, end))), end - at + 1];
  } else if (STYLES[char] && opens(text, at)) {
    const end = closing(text, at);
    if (end > 0) return [h(STYLES[char], {}, inline(text.slice(at + 1, end), verbatim)), end - at + 1];
  } else if (char === ':') {
    const name = /^:([a-z0-9_+'-]+):/.exec(text.slice(at, at + 60));
    if (name && glyphOf(name[1])) return [emojiNode(name[1]), name[0].length];
  }
  return verbatim || !/[h@#]/.test(char) ? null : autoLink(text, at);
}

function codeText(text) {
  return decode(text.replace(/<([^>|]+)(?:\|([^>]*))?>/g, (_, target, label) => label || target));
}

function inline(text, verbatim) {
  const out = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const found = special(text, at, verbatim);
    if (found) {
      out.push(decode(plain), found[0]);
      plain = '';
      at += found[1];
    } else {
      plain += text[at];
      at += 1;
    }
  }
  out.push(decode(plain));
  return out.filter((part) => part !== '');
}

// Lines that begin with > are quotes; neighbouring ones share one bar, and >>> quotes the rest.
function paragraphs(text, verbatim) {
  const out = [];
  const lines = text.split('\n');
  let plain = [];
  const flush = () => {
    if (plain.length) out.push(h('span', { class: 'para' }, inline(plain.join('\n'), verbatim)));
    plain = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const rest = /^(?:>|&gt;){3}\s?/.exec(lines[at]);
    if (rest) {
      flush();
      out.push(h('blockquote', {}, inline(lines.slice(at).join('\n').slice(rest[0].length), verbatim)));
      return out;
    }
    const quoted = [];
    while (at < lines.length && /^(?:>|&gt;) ?/.test(lines[at])) {
      quoted.push(lines[at].replace(/^(?:>|&gt;) ?/, ''));
      at += 1;
    }
    if (quoted.length) {
      flush();
      out.push(h('blockquote', {}, inline(quoted.join('\n'), verbatim)));
    }
    if (at < lines.length) plain.push(lines[at]);
  }
  flush();
  return out;
}

/** mrkdwn as a fragment. `verbatim` turns off the linking of plain URLs, names and channels. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = String(text ?? '').split(/```([\s\S]+?)```/);
  return frag(
    parts.map((part, index) => {
      if (index % 2) return h('pre', {}, h('code', {}, codeText(part.replace(/^\n/, ''))));
      const trimmed = part.replace(index > 0 ? /^\n/ : /^$/, '').replace(index < parts.length - 1 ? /\n$/ : /^$/, '');
      return trimmed ? paragraphs(trimmed, verbatim) : null;
    }),
  );
}

/** A text object (plain_text or mrkdwn) as nodes; plain_text shows emoji unless emoji is false. */
export function textObject(object) {
  if (!object) return frag();
  if (typeof object === 'string') return frag(withEmoji(object));
  if (object.type === 'mrkdwn') return mrkdwn(object.text, object);
  return frag(object.emoji === false ? object.text : withEmoji(object.text ?? ''));
}

/** The words of a text object, for labels and titles. */
export function plainText(object) {
  const holder = h('div', {}, textObject(object));
  return holder.textContent.trim();
}
