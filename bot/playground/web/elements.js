// Interactive elements of blocks: buttons, menus, pickers, text inputs, checkboxes and radio buttons. Each keeps its value in the
// surface's Values and, outside of input blocks, tells the app through ctx.act. Select menus are in choices.js.

import { h, uid } from './dom.js';
import { icon } from './icons.js';
import { plainText, textObject } from './mrkdwn.js';
import { askConfirm, openMenu } from './popover.js';
import { SELECTS, selectControl } from './choices.js';
import { imageNode } from './images.js';
import { dateToWall, wallToDate } from './time.js';
import { me } from './state.js';
import { stateField } from './values.js';

// Runs the element's confirmation if it has one, then dispatches; a busy control ignores further clicks.
async function dispatch(ctx, element, payload, control) {
  if (control?.getAttribute('aria-busy') === 'true') return;
  if (element.confirm && !(await askConfirm(element.confirm))) return;
  control?.setAttribute('aria-busy', 'true');
  try {
    await ctx.act(element, payload);
  } finally {
    control?.removeAttribute('aria-busy');
  }
}

function openUrl(url) {
  if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
}

function button(element, ctx) {
  const style = { primary: 'btn btn-primary', danger: 'btn btn-danger' }[element.style] ?? 'btn';
  const node = h('button', {
    type: 'button', class: style, 'aria-label': element.accessibility_label, data: { 'action-id': element.action_id, value: element.value, testid: 'button' },
    on: {
      click: () => {
        if (element.url) openUrl(element.url);
        dispatch(ctx, element, element.value === undefined ? {} : { value: element.value }, node);
      },
    },
  }, textObject(element.text), element.url ? icon('link', 'trailing') : null);
  return node;
}

function overflow(element, ctx) {
  const node = h('button', {
    type: 'button', class: 'btn btn-icon', 'aria-label': 'More actions', 'aria-haspopup': 'menu', 'aria-expanded': 'false', data: { 'action-id': element.action_id, testid: 'overflow' },
    on: {
      click: () => openMenu(node, element.options.map((option) => ({
        label: textObject(option.text),
        description: option.description ? plainText(option.description) : '',
        run: () => {
          if (option.url) openUrl(option.url);
          dispatch(ctx, element, { selected_option: option }, node);
        },
      })), { label: 'More actions' }),
    },
  }, icon('more'));
  return node;
}

// Stores a value; outside of an input block (or in one that dispatches) the app hears of it.
function store(element, ctx, value, control) {
  ctx.values.set(ctx.blockId, element, value);
  if (!ctx.inInput || ctx.dispatches) dispatch(ctx, element, { [stateField(element.type)]: value }, control);
}

function field(element, ctx) {
  const label = ctx.label || (element.placeholder ? plainText(element.placeholder) : element.type.replace(/_/g, ' '));
  return {
    id: ctx.inputId ?? uid('field'), 'aria-label': ctx.inInput ? null : label, 'aria-describedby': ctx.describedby, 'aria-invalid': ctx.invalid ? 'true' : null,
    'aria-required': ctx.required ? 'true' : null, placeholder: element.placeholder ? plainText(element.placeholder) : null, data: { 'action-id': element.action_id, testid: 'field' },
  };
}

function typed(element, ctx, tag, props, toValue = (text) => text) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const control = h(tag, {
    ...field(element, ctx), class: 'field', autocomplete: 'off', value: ctx.values.get(ctx.blockId, element) ?? '', ...props,
    on: {
      input: () => {
        ctx.values.set(ctx.blockId, element, toValue(control.value));
        if (ctx.dispatches && triggers.includes('on_character_entered')) dispatch(ctx, element, { value: control.value });
      },
      keydown: (event) => {
        if (event.key !== 'Enter' || event.isComposing || (element.multiline && !event.ctrlKey)) return;
        if (ctx.dispatches && triggers.includes('on_enter_pressed')) {
          event.preventDefault();
          event.stopPropagation();
          dispatch(ctx, element, { value: control.value });
        }
      },
    },
  });
  return control;
}

const plainInput = (element, ctx) =>
  element.multiline
    ? typed(element, ctx, 'textarea', { rows: '4', minlength: element.min_length, maxlength: element.max_length })
    : typed(element, ctx, 'input', { type: 'text', minlength: element.min_length, maxlength: element.max_length });

const numberInput = (element, ctx) => typed(element, ctx, 'input', { type: 'text', inputmode: element.is_decimal_allowed ? 'decimal' : 'numeric', class: 'field field-number' });

function richTextInput(element, ctx) {
  const wrap = (text) => (text ? { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] } : null);
  const stored = ctx.values.get(ctx.blockId, element);
  const words = (stored?.elements ?? []).flatMap((part) => part.elements ?? []).map((part) => part.text ?? '').join('');
  return typed(element, ctx, 'textarea', { rows: '4', value: words }, wrap);
}

function picker(kind) {
  return (element, ctx) => {
    const control = h('input', {
      ...field(element, ctx), type: kind, class: `field field-${kind}`, value: ctx.values.get(ctx.blockId, element) ?? '',
      on: { change: () => store(element, ctx, control.value || null) },
    });
    return control;
  };
}

function dateTimePicker(element, ctx) {
  const stored = ctx.values.get(ctx.blockId, element);
  const control = h('input', {
    ...field(element, ctx), type: 'datetime-local', class: 'field', value: stored ? dateToWall(new Date(stored * 1000), me()?.tz) : '',
    on: { change: () => store(element, ctx, control.value ? wallToDate(control.value, me()?.tz).getTime() / 1000 : null) },
  });
  return control;
}

function checkable(kind) {
  return (element, ctx) => {
    const name = uid('choice');
    const many = kind === 'checkbox';
    const chosen = () => [ctx.values.get(ctx.blockId, element)].flat().filter(Boolean).map((option) => option.value);
    const inputs = [];
    const change = () => {
      const picked = element.options.filter((_, index) => inputs[index].checked);
      store(element, ctx, many ? picked : picked[0] ?? null);
    };
    const before = chosen();
    const rows = element.options.map((option, index) => {
      inputs.push(h('input', { type: kind, name, value: option.value, checked: before.includes(option.value), on: { change }, data: { 'option-value': option.value } }));
      return h('label', { class: 'choice' }, inputs[index], h('span', { class: 'choice-text' }, textObject(option.text),
        option.description ? h('span', { class: 'choice-note' }, textObject(option.description)) : null));
    });
    return h('div', {
      class: 'choices', id: ctx.inputId, role: many ? 'group' : 'radiogroup', 'aria-label': ctx.label || 'Choices', 'aria-describedby': ctx.describedby,
      'aria-invalid': ctx.invalid ? 'true' : null, data: { 'action-id': element.action_id },
    }, rows);
  };
}

function feedbackButtons(element, ctx) {
  const one = (part, glyph, fallback) => part && h('button', {
    type: 'button', class: 'btn btn-icon', 'aria-label': part.accessibility_label ?? plainText(part.text ?? fallback), title: plainText(part.text ?? fallback),
    data: { 'action-id': element.action_id, value: part.value }, on: { click: () => dispatch(ctx, element, { value: part.value }) },
  }, icon(glyph));
  return h('span', { class: 'feedback' }, one(element.positive_button, 'thumbs_up', 'Good'), one(element.negative_button, 'thumbs_down', 'Bad'));
}

function iconButton(element, ctx) {
  const node = h('button', {
    type: 'button', class: 'btn btn-small', 'aria-label': element.accessibility_label, data: { 'action-id': element.action_id, value: element.value },
    on: { click: () => dispatch(ctx, element, { value: element.value }, node) },
  }, textObject(element.text));
  return node;
}

function select(element, ctx) {
  return selectControl(element, {
    get: () => ctx.values.get(ctx.blockId, element),
    set: (value) => store(element, ctx, value),
    label: ctx.label || (element.placeholder ? plainText(element.placeholder) : 'Select'),
    describedby: ctx.describedby, id: ctx.inputId, invalid: ctx.invalid,
  });
}

const ELEMENTS = {
  button, workflow_button: button, overflow, image: (element) => imageNode(element, 'accessory-image'),
  plain_text_input: plainInput, number_input: numberInput, rich_text_input: richTextInput,
  email_text_input: (element, ctx) => typed(element, ctx, 'input', { type: 'email' }),
  url_text_input: (element, ctx) => typed(element, ctx, 'input', { type: 'url' }),
  datepicker: picker('date'), timepicker: picker('time'), datetimepicker: dateTimePicker,
  checkboxes: checkable('checkbox'), radio_buttons: checkable('radio'), feedback_buttons: feedbackButtons, icon_button: iconButton,
  ...Object.fromEntries(Object.keys(SELECTS).map((type) => [type, select])),
};

/** One interactive element; a type the page does not know is a visible red note. */
export function renderElement(element, ctx) {
  const draw = ELEMENTS[element?.type];
  if (draw) return draw(element, ctx);
  return h('span', { class: 'unknown-block', data: { testid: 'unknown-block' } }, `Unknown element "${element?.type ?? 'none'}"`);
}
