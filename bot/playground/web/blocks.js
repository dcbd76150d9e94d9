// Blocks to DOM: one renderer per block type, and a visible red box for a type the page does not know. Nothing is
// dropped silently. ctx: {surface, values, act(element, payload, blockId), errors?, prefix}; see surfaceContext in
// actions.js.

import { h } from './dom.js';
import { mrkdwn, textObject, plainText } from './mrkdwn.js';
import { markdown } from './markdown.js';
import { richText } from './richtext.js';
import { imageNode } from './images.js';
import { renderElement } from './elements.js';
import { tableBlock, dataTable } from './tables.js';
import { chartBlock } from './charts.js';
import { alertBlock, card, carousel, container, file, plan, taskCard, video } from './cards.js';

// What an element inside this block gets: where it is and how its action travels.
function inBlock(ctx, block, extra = {}) {
  return {
    ...ctx,
    blockId: block.block_id,
    act: (element, payload) => ctx.act(element, payload, block.block_id),
    ...extra,
  };
}

function section(block, ctx) {
  const label = block.text ? plainText(block.text) : '';
  const fields = (block.fields ?? []).map((field) => h('div', { class: 'section-field rich' }, textObject(field)));
  return h(
    'div',
    { class: block.accessory ? 'section has-accessory' : 'section' },
    h(
      'div',
      { class: 'section-main' },
      block.text ? h('div', { class: 'rich' }, textObject(block.text)) : null,
      fields.length ? h('div', { class: 'section-fields' }, fields) : null,
    ),
    block.accessory
      ? h('div', { class: 'section-accessory' }, renderElement(block.accessory, inBlock(ctx, block, { label })))
      : null,
  );
}

function contextBlock(block) {
  return h(
    'div',
    { class: 'context' },
    block.elements.map((element) =>
      element.type === 'image'
        ? imageNode(element, 'context-image')
        : h('span', { class: 'rich' }, textObject(element)),
    ),
  );
}

const actions = (block, ctx) =>
  h(
    'div',
    { class: 'actions', role: 'group' },
    block.elements.map((element) => renderElement(element, inBlock(ctx, block))),
  );

function image(block) {
  return h(
    'figure',
    { class: 'image-block' },
    block.title ? h('figcaption', { class: 'note' }, textObject(block.title)) : null,
    imageNode(block, 'block-image'),
  );
}

// A label over its control; what goes wrong is said under it and tied to the control.
function input(block, ctx) {
  const { element } = block;
  const id = `${ctx.prefix}-${block.block_id}-${element.action_id}`.replace(/\s/g, '_');
  const error = ctx.errors?.[block.block_id];
  const describedby =
    [block.hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(' ') || null;
  const label = plainText(block.label);
  const inner = inBlock(ctx, block, {
    label,
    describedby,
    inputId: id,
    inInput: true,
    dispatches: Boolean(block.dispatch_action),
    invalid: Boolean(error),
    required: !block.optional,
  });
  const grouped = ['checkboxes', 'radio_buttons'].includes(element.type);
  return h(
    'div',
    { class: error ? 'input-block has-error' : 'input-block', data: { testid: 'input-block' } },
    h(
      grouped ? 'div' : 'label',
      { class: 'input-label', for: grouped ? null : id },
      textObject(block.label),
      block.optional
        ? h('span', { class: 'optional' }, ' (optional)')
        : h('span', { class: 'required', title: 'Required', 'aria-hidden': 'true' }, ' *'),
    ),
    renderElement(element, inner),
    error
      ? h('div', { class: 'input-error', id: `${id}-error`, role: 'alert', data: { testid: 'input-error' } }, error)
      : null,
    block.hint ? h('div', { class: 'input-hint', id: `${id}-hint` }, textObject(block.hint)) : null,
  );
}

const BLOCKS = {
  section,
  actions,
  image,
  input,
  header: (block) => h('div', { class: 'header-block', role: 'heading', 'aria-level': '3' }, textObject(block.text)),
  divider: () => h('hr', { class: 'divider' }),
  context: contextBlock,
  context_actions: actions,
  rich_text: (block) => richText(block),
  markdown: (block) => h('div', { class: 'markdown rich' }, markdown(block.text)),
  table: tableBlock,
  data_table: dataTable,
  data_visualization: chartBlock,
  alert: alertBlock,
  card: (block, ctx) => card(block, inBlock(ctx, block)),
  carousel: (block, ctx) => carousel(block, inBlock(ctx, block)),
  container: (block, ctx) => container(block, ctx, renderBlocks),
  plan,
  task_card: taskCard,
  video,
  file,
};

function unknown(block, why) {
  return h(
    'div',
    { class: 'unknown-block', role: 'note', data: { testid: 'unknown-block' } },
    h('strong', {}, why),
    h('pre', {}, h('code', {}, JSON.stringify(block, null, 2).slice(0, 2000))),
  );
}

/** The blocks of one surface, in order. A block that breaks while it is drawn is shown in red with its JSON. */
export function renderBlocks(blocks, ctx) {
  return blocks.map((block) => {
    const draw = BLOCKS[block.type];
    let node;
    try {
      node = draw ? draw(block, ctx) : unknown(block, `Unknown block "${block.type}"`);
    } catch (error) {
      node = unknown(block, `Block "${block.type}" could not be drawn: ${error.message}`);
    }
    return h(
      'div',
      { class: `block kind-${block.type}`, data: { 'block-type': block.type, 'block-id': block.block_id } },
      node,
    );
  });
}

/** A message's text when it has no blocks. */
export function renderText(text) {
  return h('div', { class: 'rich' }, mrkdwn(text));
}
