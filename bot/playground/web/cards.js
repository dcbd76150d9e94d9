// The composed blocks: alert, card, carousel, container, plan and task_card, video, file. Simple blocks are in
// blocks.js.

import { h } from './dom.js';
import { icon } from './icons.js';
import { textObject, linkNode, plainText } from './mrkdwn.js';
import { richText } from './richtext.js';
import { imageNode } from './images.js';
import { renderElement } from './elements.js';

const LEVELS = {
  default: ['info', 'Note'],
  info: ['info', 'Info'],
  warning: ['warn', 'Warning'],
  error: ['warn', 'Error'],
  success: ['check', 'Success'],
};

/** An alert; its level is a word and an icon, not only a colour. */
export function alertBlock(block) {
  const level = LEVELS[block.level] ? block.level : 'default';
  const [glyph, word] = LEVELS[level];
  return h(
    'div',
    { class: `alert alert-${level}`, role: 'note' },
    icon(glyph),
    h('span', { class: 'alert-word' }, `${word}:`),
    h('span', { class: 'rich' }, textObject(block.text)),
  );
}

/** A card with picture, title, body and up to three buttons. */
export function card(block, ctx) {
  return h(
    'article',
    { class: 'card' },
    block.hero_image ? imageNode(block.hero_image, 'card-hero') : null,
    h(
      'div',
      { class: 'card-head' },
      block.icon ? imageNode(block.icon, 'card-icon') : null,
      h(
        'div',
        {},
        block.title ? h('div', { class: 'card-title' }, textObject(block.title)) : null,
        block.subtitle ? h('div', { class: 'note' }, textObject(block.subtitle)) : null,
      ),
    ),
    block.body ? h('div', { class: 'card-body rich' }, textObject(block.body)) : null,
    block.subtext ? h('div', { class: 'note' }, textObject(block.subtext)) : null,
    block.actions?.length
      ? h(
          'div',
          { class: 'actions' },
          block.actions.map((element) => renderElement(element, ctx)),
        )
      : null,
  );
}

/** Cards side by side; the row scrolls and can be moved with the arrow keys when focused. */
export function carousel(block, ctx) {
  return h(
    'div',
    { class: 'carousel', tabindex: '0', role: 'region', 'aria-label': `${block.elements.length} cards` },
    block.elements.map((element) => card(element, ctx)),
  );
}

/** A container around other blocks, collapsible if it says so. */
export function container(block, ctx, renderBlocks) {
  const head = [
    block.icon ? imageNode(block.icon, 'card-icon') : null,
    h(
      'span',
      { class: 'container-titles' },
      h(
        'span',
        { class: 'card-title' },
        block.rich_text_title ? richText(block.rich_text_title) : textObject(block.title),
      ),
      block.subtitle ? h('span', { class: 'note' }, textObject(block.subtitle)) : null,
    ),
  ];
  const body = h('div', { class: 'container-body' }, renderBlocks(block.child_blocks ?? [], ctx));
  const props = {
    class: `container container-${block.width ?? 'standard'}${block.has_header_divider ? ' has-divider' : ''}`,
  };
  if (!block.is_collapsible) return h('section', props, h('div', { class: 'container-head' }, head), body);
  return h(
    'details',
    { ...props, open: !block.default_collapsed },
    h('summary', { class: 'container-head' }, icon('right', 'twist'), head),
    body,
  );
}

const STATUS = { pending: 'Pending', in_progress: 'In progress', complete: 'Complete', error: 'Error' };

/** One task of a plan. */
export function taskCard(block) {
  return h(
    'article',
    { class: 'card task' },
    h(
      'div',
      { class: 'card-title' },
      h('span', { class: `tag tag-${block.status}` }, STATUS[block.status] ?? block.status),
      ' ',
      block.title,
    ),
    block.details ? richText(block.details) : null,
    block.output ? richText(block.output) : null,
    (block.sources ?? []).map((source) => h('div', { class: 'note' }, linkNode(source.url, source.text ?? source.url))),
  );
}

/** A plan: a title and its tasks. */
export function plan(block) {
  return h(
    'section',
    { class: 'container container-standard' },
    h('div', { class: 'container-head' }, h('span', { class: 'card-title' }, textObject(block.title))),
    h('div', { class: 'container-body' }, (block.tasks ?? []).map(taskCard)),
  );
}

/** A video: its picture and a link; nothing is embedded. */
export function video(block) {
  return h(
    'div',
    { class: 'card' },
    h('div', { class: 'card-title' }, linkNode(block.title_url ?? block.video_url ?? '', plainText(block.title))),
    block.description ? h('div', {}, textObject(block.description)) : null,
    imageNode({ image_url: block.thumbnail_url, alt_text: block.alt_text }, 'card-hero'),
  );
}

/** A remote file, by name. */
export function file(block) {
  return h('div', { class: 'card' }, `File ${block.external_id ?? ''} (${block.source ?? 'remote'})`);
}
