// Interactive elements of blocks: the table of all types, buttons and menus. Inputs are in inputs.js, select menus
// in choices.js. Each keeps its value in the surface's Values and, outside of input blocks, tells the app through
// ctx.act.

import { h } from './dom.js';
import { icon } from './icons.js';
import { plainText, textObject } from './mrkdwn.js';
import { openMenu } from './popover.js';
import { SELECTS, selectControl } from './choices.js';
import { imageNode } from './images.js';
import { fileInput } from './uploads.js';
import {
  checkable,
  dateTimePicker,
  dispatch,
  numberInput,
  picker,
  plainInput,
  richTextInput,
  store,
  typed,
} from './inputs.js';

function openUrl(url) {
  if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
}

function button(element, ctx) {
  const style = { primary: 'btn btn-primary', danger: 'btn btn-danger' }[element.style] ?? 'btn';
  const node = h(
    'button',
    {
      type: 'button',
      class: style,
      'aria-label': element.accessibility_label,
      data: { 'action-id': element.action_id, value: element.value, testid: 'button' },
      on: {
        click: () => {
          if (element.url) openUrl(element.url);
          dispatch(ctx, element, element.value === undefined ? {} : { value: element.value }, node);
        },
      },
    },
    textObject(element.text),
    element.url ? icon('link', 'trailing') : null,
  );
  return node;
}

function overflow(element, ctx) {
  const node = h(
    'button',
    {
      type: 'button',
      class: 'btn btn-icon',
      'aria-label': 'More actions',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      data: { 'action-id': element.action_id, testid: 'overflow' },
      on: {
        click: () =>
          openMenu(
            node,
            element.options.map((option) => ({
              label: textObject(option.text),
              description: option.description ? plainText(option.description) : '',
              run: () => {
                if (option.url) openUrl(option.url);
                dispatch(ctx, element, { selected_option: option }, node);
              },
            })),
            { label: 'More actions' },
          ),
      },
    },
    icon('more'),
  );
  return node;
}

function feedbackButtons(element, ctx) {
  const one = (part, glyph, fallback) =>
    part &&
    h(
      'button',
      {
        type: 'button',
        class: 'btn btn-icon',
        'aria-label': part.accessibility_label ?? plainText(part.text ?? fallback),
        title: plainText(part.text ?? fallback),
        data: { 'action-id': element.action_id, value: part.value },
        on: { click: () => dispatch(ctx, element, { value: part.value }) },
      },
      icon(glyph),
    );
  return h(
    'span',
    { class: 'feedback' },
    one(element.positive_button, 'thumbs_up', 'Good'),
    one(element.negative_button, 'thumbs_down', 'Bad'),
  );
}

function iconButton(element, ctx) {
  const node = h(
    'button',
    {
      type: 'button',
      class: 'btn btn-small',
      'aria-label': element.accessibility_label,
      data: { 'action-id': element.action_id, value: element.value },
      on: { click: () => dispatch(ctx, element, { value: element.value }, node) },
    },
    textObject(element.text),
  );
  return node;
}

function select(element, ctx) {
  return selectControl(element, {
    get: () => ctx.values.get(ctx.blockId, element),
    set: (value) => store(element, ctx, value),
    label: ctx.label || (element.placeholder ? plainText(element.placeholder) : 'Select'),
    describedby: ctx.describedby,
    id: ctx.inputId,
    invalid: ctx.invalid,
  });
}

const ELEMENTS = {
  button,
  workflow_button: button,
  overflow,
  image: (element) => imageNode(element, 'accessory-image'),
  plain_text_input: plainInput,
  number_input: numberInput,
  rich_text_input: richTextInput,
  email_text_input: (element, ctx) => typed(element, ctx, 'input', { type: 'email' }),
  url_text_input: (element, ctx) => typed(element, ctx, 'input', { type: 'url' }),
  datepicker: picker('date'),
  timepicker: picker('time'),
  datetimepicker: dateTimePicker,
  checkboxes: checkable('checkbox'),
  radio_buttons: checkable('radio'),
  file_input: fileInput,
  feedback_buttons: feedbackButtons,
  icon_button: iconButton,
  ...Object.fromEntries(Object.keys(SELECTS).map((type) => [type, select])),
};

/** One interactive element; a type the page does not know is a visible red note. */
export function renderElement(element, ctx) {
  const draw = ELEMENTS[element?.type];
  if (draw) return draw(element, ctx);
  return h(
    'span',
    { class: 'unknown-block', data: { testid: 'unknown-block' } },
    `Unknown element "${element?.type ?? 'none'}"`,
  );
}
