// A list one filters and picks from: for switching the person and for jumping to a conversation.

import { fill, h, uid } from './dom.js';

/** A filter box over a list. Items: {key, text, node, testid}; `onPick(item)` gets the chosen one. */
export function picker({ items, label, placeholder, onPick, current }) {
  const listId = uid('picker');
  const list = h('ul', { id: listId, role: 'listbox', class: 'picker-list', 'aria-label': label });
  const box = h('input', {
    type: 'text',
    class: 'picker-filter',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': listId,
    'aria-autocomplete': 'list',
    'aria-label': label,
    placeholder,
    autocomplete: 'off',
    data: { testid: 'picker-filter' },
  });
  let shown = [];
  let at = 0;
  const mark = () => {
    [...list.querySelectorAll('[role=option]')].forEach((row, index) => row.classList.toggle('current', index === at));
    const row = list.querySelector('.current');
    box.setAttribute('aria-activedescendant', row?.id ?? '');
    row?.scrollIntoView({ block: 'nearest' });
  };
  const draw = () => {
    const words = box.value.trim().toLowerCase();
    shown = items.filter((item) => item.text.toLowerCase().includes(words));
    at = Math.max(
      0,
      shown.findIndex((item) => item.key === current),
    );
    if (words) at = 0;
    fill(
      list,
      shown.length ? null : h('li', { class: 'option-none', role: 'presentation' }, 'Nothing found'),
      shown.map((item, index) =>
        h(
          'li',
          {
            id: `${listId}-${index}`,
            role: 'option',
            class: 'picker-row',
            'aria-selected': String(item.key === current),
            data: { testid: item.testid },
            on: { click: () => onPick(item) },
          },
          item.node(),
        ),
      ),
    );
    mark();
  };
  box.addEventListener('input', draw);
  box.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      at = (at + step + shown.length) % shown.length;
      mark();
    } else if (event.key === 'Enter' && shown[at]) {
      event.preventDefault();
      onPick(shown[at]);
    }
  });
  draw();
  return {
    root: h('div', { class: 'picker' }, box, list),
    focus: () => {
      box.focus();
      mark();
    },
  };
}
