// The select menus: one control for every kind of select, with filter, groups, keyboard and chips for several
// choices.

import { h, fill, uid } from './dom.js';
import { icon } from './icons.js';
import { textObject, plainText } from './mrkdwn.js';
import { openPopover } from './popover.js';
import { state, people, personName, conversationName } from './state.js';

const one = { keys: (value) => (value ? [value] : []), value: (keys) => keys[0] ?? null };
const many = { keys: (value) => value ?? [], value: (keys) => keys };

function staticChoices(element) {
  const option = (raw, group) => ({
    key: raw.value,
    group,
    raw,
    text: plainText(raw.text),
    label: () => textObject(raw.text),
    note: raw.description ? plainText(raw.description) : '',
  });
  const groups = (element.option_groups ?? []).flatMap((group) =>
    group.options.map((raw) => option(raw, plainText(group.label))),
  );
  return [...(element.options ?? []).map((raw) => option(raw)), ...groups];
}

const plainChoice = (key, text, note = '') => ({ key, text, note, label: () => text });
const userChoices = () =>
  people().map((user) =>
    plainChoice(user.id, personName(user.id), user.real_name === personName(user.id) ? '' : user.real_name),
  );
const channelChoices = () =>
  [...state.channels.values()]
    .filter((row) => !row.is_archived && !row.is_private)
    .map((row) => plainChoice(row.id, `#${row.name}`));

function conversationChoices(element) {
  const include = element.filter?.include;
  const kinds = { channel: 'public', private: 'private', im: 'im' };
  // Slack also offers the public channels the person is not in.
  const mine = new Set(state.conversations.map((row) => row.id));
  const others = [...state.channels.values()].filter((row) => !row.is_private && !mine.has(row.id));
  return [...state.conversations, ...others.map((row) => ({ ...row, kind: 'channel' }))]
    .filter((row) => !row.is_archived && (!include || include.includes(kinds[row.kind])))
    .filter((row) => !(element.filter?.exclude_bot_users && row.is_app))
    .map((row) =>
      plainChoice(
        row.id,
        row.kind === 'im' ? conversationName(row) : `#${row.name}`,
        row.kind === 'private' ? 'private' : '',
      ),
    );
}

const optionOne = {
  toKeys: (value) => (value ? [value.value] : []),
  fromKeys: (keys, find) => find(keys[0])?.raw ?? null,
};
const optionMany = {
  toKeys: (value) => (value ?? []).map((raw) => raw.value),
  fromKeys: (keys, find) => keys.map((key) => find(key)?.raw).filter(Boolean),
};

/** Element type -> where its choices come from and how its state looks. */
export const SELECTS = {
  static_select: { choices: staticChoices, ...optionOne },
  multi_static_select: { choices: staticChoices, multi: true, ...optionMany },
  users_select: { choices: userChoices, toKeys: one.keys, fromKeys: one.value },
  multi_users_select: { choices: userChoices, multi: true, toKeys: many.keys, fromKeys: many.value },
  channels_select: { choices: channelChoices, toKeys: one.keys, fromKeys: one.value },
  multi_channels_select: { choices: channelChoices, multi: true, toKeys: many.keys, fromKeys: many.value },
  conversations_select: { choices: conversationChoices, toKeys: one.keys, fromKeys: one.value },
  multi_conversations_select: { choices: conversationChoices, multi: true, toKeys: many.keys, fromKeys: many.value },
};

function optionRow(choice, id, selected) {
  return h(
    'li',
    {
      id,
      role: 'option',
      class: 'option',
      'aria-selected': String(selected),
      data: { key: choice.key, testid: 'option' },
    },
    h('span', { class: 'option-check', 'aria-hidden': 'true' }, selected ? icon('check') : null),
    h(
      'span',
      { class: 'option-text' },
      choice.label(),
      choice.note ? h('span', { class: 'option-note' }, choice.note) : null,
    ),
  );
}

// The open list: a filter box that owns the keyboard, and the options it walks through.
function openList(anchor, spec) {
  const listId = uid('listbox');
  const list = h('ul', {
    id: listId,
    role: 'listbox',
    class: 'options',
    'aria-label': spec.label,
    'aria-multiselectable': spec.multi ? 'true' : null,
  });
  const few = spec.choices.length <= 7;
  const filter = h('input', {
    type: 'text',
    class: few ? 'option-filter few' : 'option-filter',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': listId,
    'aria-autocomplete': 'list',
    'aria-label': `${spec.label}: filter`,
    placeholder: few ? '' : 'Type to filter',
    autocomplete: 'off',
    inputmode: few ? 'none' : null,
  });
  let shown = [];
  let at = 0;
  const mark = () => {
    [...list.querySelectorAll('.option')].forEach((row, index) => row.classList.toggle('current', index === at));
    const row = list.querySelector('.option.current');
    filter.setAttribute('aria-activedescendant', row?.id ?? '');
    row?.scrollIntoView({ block: 'nearest' });
  };
  const draw = () => {
    const words = filter.value.trim().toLowerCase();
    shown = spec.choices.filter((choice) => `${choice.text} ${choice.note}`.toLowerCase().includes(words));
    at = Math.max(0, Math.min(at, shown.length - 1));
    let group;
    fill(list, shown.length ? [] : h('li', { class: 'option-none', role: 'presentation' }, 'No results'));
    shown.forEach((choice, index) => {
      if (choice.group !== group)
        list.append(h('li', { class: 'option-group', role: 'presentation' }, choice.group ?? ''));
      group = choice.group;
      const row = optionRow(choice, `${listId}-${index}`, spec.has(choice.key));
      row.addEventListener('click', () => pick(choice));
      list.append(row);
    });
    mark();
  };
  const pick = (choice) => {
    spec.pick(choice.key);
    if (!spec.multi) popover.close(true);
    else draw();
  };
  list.addEventListener('mousedown', (event) => event.preventDefault()); // the filter keeps the focus
  filter.addEventListener('input', () => {
    at = 0;
    draw();
  });
  filter.addEventListener('keydown', (event) => {
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 };
    if (event.key in moves && shown.length) {
      event.preventDefault();
      at = (moves[event.key] + shown.length) % shown.length;
      mark();
    } else if (event.key === 'Enter' && shown[at]) {
      event.preventDefault();
      event.stopPropagation();
      pick(shown[at]);
    }
  });
  at = Math.max(
    0,
    spec.choices.findIndex((choice) => spec.has(choice.key)),
  );
  draw();
  const popover = openPopover(anchor, h('div', { class: 'select-panel' }, filter, list), {
    label: spec.label,
    testid: 'select-list',
  });
  filter.focus();
  mark();
}

/** A select control. `get` and `set` read and write the state value; `label` names it for screen readers. */
export function selectControl(element, { get, set, label, describedby, id, invalid }) {
  const spec = SELECTS[element.type];
  const choices = spec.choices(element);
  const find = (key) => choices.find((choice) => choice.key === key);
  const keys = () => spec.toKeys(get());
  const placeholder = element.placeholder ? plainText(element.placeholder) : 'Select an option';
  const trigger = h('button', {
    type: 'button',
    id,
    class: 'select',
    'aria-haspopup': 'listbox',
    'aria-expanded': 'false',
    'aria-describedby': describedby,
    'aria-invalid': invalid ? 'true' : null,
    data: { 'action-id': element.action_id, testid: 'select' },
  });
  const chips = h('div', { class: 'chips' });
  const nameOf = (key) => find(key)?.text ?? (state.users.has(key) ? personName(key) : key);
  const draw = () => {
    const chosen = keys();
    const words = spec.multi ? placeholder : chosen.length ? nameOf(chosen[0]) : placeholder;
    fill(
      trigger,
      h('span', { class: !spec.multi && chosen.length ? 'select-value' : 'select-value empty' }, words),
      icon('chevron'),
    );
    trigger.setAttribute('aria-label', `${label}: ${chosen.length ? chosen.map(nameOf).join(', ') : placeholder}`);
    fill(
      chips,
      chosen.map((key) =>
        h(
          'span',
          { class: 'chip' },
          nameOf(key),
          h(
            'button',
            {
              type: 'button',
              class: 'chip-remove',
              'aria-label': `Remove ${nameOf(key)}`,
              on: { click: () => choose(chosen.filter((other) => other !== key)) },
            },
            icon('close'),
          ),
        ),
      ),
    );
    chips.hidden = !spec.multi || !chosen.length;
  };
  const choose = (next) => {
    set(spec.fromKeys(next, find));
    draw();
  };
  const pick = (key) => {
    if (!spec.multi) return choose([key]);
    const chosen = keys();
    if (chosen.includes(key)) return choose(chosen.filter((other) => other !== key));
    if (element.max_selected_items && chosen.length >= element.max_selected_items) return undefined;
    return choose([...chosen, key]);
  };
  const open = () => openList(trigger, { choices, label, multi: spec.multi, has: (key) => keys().includes(key), pick });
  trigger.addEventListener('click', open);
  trigger.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    open();
  });
  draw();
  return spec.multi ? h('div', { class: 'multi-select' }, chips, trigger) : trigger;
}
