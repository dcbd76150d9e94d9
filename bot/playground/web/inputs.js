// The elements one types, picks a date or ticks in; how a value is kept and how it is told to the app. Buttons and
// menus are in elements.js, select menus in choices.js.

import { h, uid } from './dom.js';
import { plainText, textObject } from './mrkdwn.js';
import { askConfirm } from './popover.js';
import { dateToWall, wallToDate } from './time.js';
import { me } from './state.js';
import { stateField } from './values.js';

// Runs the element's confirmation if it has one, then dispatches; a busy control ignores further clicks.
export async function dispatch(ctx, element, payload, control) {
  if (control?.getAttribute('aria-busy') === 'true') return;
  if (element.confirm && !(await askConfirm(element.confirm))) return;
  control?.setAttribute('aria-busy', 'true');
  try {
    await ctx.act(element, payload);
  } finally {
    control?.removeAttribute('aria-busy');
  }
}

// Stores a value; outside of an input block (or in one that dispatches) the app hears of it.
export function store(element, ctx, value, control) {
  ctx.values.set(ctx.blockId, element, value);
  if (!ctx.inInput || ctx.dispatches) dispatch(ctx, element, { [stateField(element.type)]: value }, control);
}

function field(element, ctx) {
  const label = ctx.label || (element.placeholder ? plainText(element.placeholder) : element.type.replace(/_/g, ' '));
  return {
    id: ctx.inputId ?? uid('field'),
    'aria-label': ctx.inInput ? null : label,
    'aria-describedby': ctx.describedby,
    'aria-invalid': ctx.invalid ? 'true' : null,
    'aria-required': ctx.required ? 'true' : null,
    placeholder: element.placeholder ? plainText(element.placeholder) : null,
    data: { 'action-id': element.action_id, testid: 'field' },
  };
}

export function typed(element, ctx, tag, props, toValue = (text) => text) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const control = h(tag, {
    ...field(element, ctx),
    class: 'field',
    autocomplete: 'off',
    value: ctx.values.get(ctx.blockId, element) ?? '',
    ...props,
    on: {
      input: () => {
        ctx.values.set(ctx.blockId, element, toValue(control.value));
        if (ctx.dispatches && triggers.includes('on_character_entered'))
          dispatch(ctx, element, { value: control.value });
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

export const plainInput = (element, ctx) =>
  element.multiline
    ? typed(element, ctx, 'textarea', { rows: '4', minlength: element.min_length, maxlength: element.max_length })
    : typed(element, ctx, 'input', { type: 'text', minlength: element.min_length, maxlength: element.max_length });

export const numberInput = (element, ctx) =>
  typed(element, ctx, 'input', {
    type: 'text',
    inputmode: element.is_decimal_allowed ? 'decimal' : 'numeric',
    class: 'field field-number',
  });

export function richTextInput(element, ctx) {
  const wrap = (text) =>
    text ? { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] } : null;
  const stored = ctx.values.get(ctx.blockId, element);
  const words = (stored?.elements ?? [])
    .flatMap((part) => part.elements ?? [])
    .map((part) => part.text ?? '')
    .join('');
  return typed(element, ctx, 'textarea', { rows: '4', value: words }, wrap);
}

export function picker(kind) {
  return (element, ctx) => {
    const control = h('input', {
      ...field(element, ctx),
      type: kind,
      class: `field field-${kind}`,
      value: ctx.values.get(ctx.blockId, element) ?? '',
      on: { change: () => store(element, ctx, control.value || null) },
    });
    return control;
  };
}

export function dateTimePicker(element, ctx) {
  const stored = ctx.values.get(ctx.blockId, element);
  const control = h('input', {
    ...field(element, ctx),
    type: 'datetime-local',
    class: 'field',
    value: stored ? dateToWall(new Date(stored * 1000), me()?.tz) : '',
    on: {
      change: () => store(element, ctx, control.value ? wallToDate(control.value, me()?.tz).getTime() / 1000 : null),
    },
  });
  return control;
}

export function checkable(kind) {
  return (element, ctx) => {
    const name = uid('choice');
    const many = kind === 'checkbox';
    const chosen = () =>
      [ctx.values.get(ctx.blockId, element)]
        .flat()
        .filter(Boolean)
        .map((option) => option.value);
    const inputs = [];
    const change = () => {
      const picked = element.options.filter((_, index) => inputs[index].checked);
      store(element, ctx, many ? picked : (picked[0] ?? null));
    };
    const before = chosen();
    const rows = element.options.map((option, index) => {
      inputs.push(
        h('input', {
          type: kind,
          name,
          value: option.value,
          checked: before.includes(option.value),
          on: { change },
          data: { 'option-value': option.value },
        }),
      );
      return h(
        'label',
        { class: 'choice' },
        inputs[index],
        h(
          'span',
          { class: 'choice-text' },
          textObject(option.text),
          option.description ? h('span', { class: 'choice-note' }, textObject(option.description)) : null,
        ),
      );
    });
    return h(
      'div',
      {
        class: 'choices',
        id: ctx.inputId,
        role: many ? 'group' : 'radiogroup',
        'aria-label': ctx.label || 'Choices',
        'aria-describedby': ctx.describedby,
        'aria-invalid': ctx.invalid ? 'true' : null,
        data: { 'action-id': element.action_id },
      },
      rows,
    );
  };
}
