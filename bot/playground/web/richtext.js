// rich_text blocks to DOM nodes: sections, lists, quotes, preformatted text and their inline elements.

import { h } from './dom.js';
import { emojiNode, withEmoji } from './emoji.js';
import { broadcastMention, channelMention, dateNode, groupMention, linkNode, userMention } from './mrkdwn.js';

const STYLE_TAGS = [
  ['code', 'code'],
  ['bold', 'strong'],
  ['italic', 'em'],
  ['strike', 'del'],
  ['underline', 'u'],
];

function styled(node, style) {
  let out = node;
  for (const [name, tag] of STYLE_TAGS) if (style?.[name]) out = h(tag, {}, out);
  return out;
}

const INLINE = {
  text: (el) => styled(el.style?.code ? el.text : h('span', {}, withEmoji(el.text ?? '')), el.style),
  link: (el) => styled(linkNode(el.url ?? '', el.text || el.url), el.style),
  user: (el) => styled(userMention(el.user_id), el.style),
  usergroup: (el) => styled(groupMention(el.usergroup_id), el.style),
  channel: (el) => styled(channelMention(el.channel_id), el.style),
  team: (el) => h('span', { class: 'mention' }, `@${el.team_id}`),
  broadcast: (el) => broadcastMention(el.range),
  emoji: (el) => emojiNode(el.name, el.unicode),
  date: (el) => styled(dateNode(el.timestamp, el.format ?? '{date_short_pretty}', el.fallback, el.url), el.style),
  color: (el) =>
    h(
      'span',
      { class: 'color-value' },
      h('span', { class: 'color-dot', vars: { '--dot': el.value }, 'aria-hidden': 'true' }),
      el.value,
    ),
};

function inline(elements) {
  return (elements ?? []).map((el) => {
    const draw = INLINE[el.type];
    return draw
      ? draw(el)
      : h(
          'span',
          { class: 'unknown-inline', data: { testid: 'unknown-block' } },
          `unknown rich_text element "${el.type}"`,
        );
  });
}

function list(part) {
  const ordered = part.style === 'ordered';
  const props = {
    class: part.border ? 'rt-list rt-border' : 'rt-list',
    vars: { '--indent': part.indent ?? 0 },
    data: { indent: String((part.indent ?? 0) % 3) },
  };
  if (ordered && part.offset) props.start = part.offset + 1;
  return h(
    ordered ? 'ol' : 'ul',
    props,
    (part.elements ?? []).map((item) => h('li', {}, inline(item.elements))),
  );
}

const PARTS = {
  rich_text_section: (part) => h('div', { class: 'rt-section' }, inline(part.elements)),
  rich_text_list: list,
  rich_text_quote: (part) => h('blockquote', { class: part.border ? 'rt-border' : null }, inline(part.elements)),
  rich_text_preformatted: (part) =>
    h(
      'pre',
      {},
      h(
        'code',
        {},
        (part.elements ?? []).map((el) => el.text ?? el.url ?? ''),
      ),
    ),
};

/** The content of a rich_text block; a part it does not know becomes a visible red note. */
export function richText(block) {
  return h(
    'div',
    { class: 'rich-text' },
    (block?.elements ?? []).map((part) => {
      const draw = PARTS[part.type];
      return draw
        ? draw(part)
        : h(
            'div',
            { class: 'unknown-block', data: { testid: 'unknown-block' } },
            `Unknown rich text part "${part.type}"`,
          );
    }),
  );
}
