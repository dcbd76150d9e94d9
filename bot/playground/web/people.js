// Who one acts as: the person card at the foot of the sidebar, the list of people, and the quick switcher (Ctrl+K).

import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { avatar } from './message.js';
import { openPopover } from './popover.js';
import { picker } from './picker.js';
import { actAs, openConversation, openDirect } from './session.js';
import { conversationName, me, now, people, personName, state, subscribe } from './state.js';
import { clockTime } from './time.js';

// "Language Indonesian, zone Asia/Jakarta, 15:04" in short.
function whereabouts(user) {
  return [user.locale || 'no language', user.tz || 'no time zone'].join(' · ');
}

function personRow(user) {
  return h(
    'span',
    { class: 'person-row' },
    avatar(user.id, 'avatar-mid'),
    h(
      'span',
      { class: 'person-words' },
      h(
        'span',
        { class: 'person-name' },
        personName(user.id),
        user.is_admin ? h('span', { class: 'tag' }, 'Admin') : null,
        user.is_restricted ? h('span', { class: 'tag' }, 'Guest') : null,
      ),
      h('span', { class: 'note' }, user.title ? `${user.title} · ` : '', whereabouts(user)),
    ),
    h('span', { class: 'person-time' }, clockTime(now(), user)),
  );
}

function peopleItems(persons, prefix) {
  return persons.map((user) => ({
    key: user.id,
    text: `${user.real_name} ${user.display_name} ${user.name} ${user.title ?? ''} ${user.tz ?? ''}`,
    node: () => personRow(user),
    testid: `${prefix}-${user.id}`,
  }));
}

/** The list of people one can write to, next to the button that asked for it; `onPicked` runs before going there. */
export function openNewMessage(anchor, onPicked) {
  const list = picker({
    label: 'Write to',
    placeholder: 'Find a person',
    items: peopleItems(
      people().filter((user) => user.id !== state.me),
      'write',
    ),
    onPick: (item) => {
      popover.close();
      onPicked();
      openDirect(item.key);
    },
  });
  const popover = openPopover(anchor, list.root, { label: 'Write to', testid: 'people' });
  list.focus();
}

function openPeople(anchor) {
  const list = picker({
    label: 'Act as',
    placeholder: 'Find a person',
    current: state.me,
    items: peopleItems(people(), 'person'),
    onPick: (item) => {
      popover.close(true);
      if (item.key !== state.me) actAs(item.key, state.active, state.tab);
    },
  });
  const popover = openPopover(anchor, list.root, { label: 'Act as', above: true, testid: 'people' });
  list.focus();
}

/** The card that shows the acting person and opens the list of people. */
export function personCard() {
  const card = h('button', {
    type: 'button',
    class: 'person-card',
    'aria-haspopup': 'listbox',
    'aria-expanded': 'false',
    data: { testid: 'person-switcher' },
    on: { click: () => openPeople(card) },
  });
  subscribe('person workspace', () => {
    const user = me();
    if (!user) return;
    card.setAttribute('aria-label', `Acting as ${personName(user.id)}, ${whereabouts(user)}. Switch person`);
    card.setAttribute('data-user', user.id);
    fill(
      card,
      avatar(user.id, 'avatar-mid'),
      h(
        'span',
        { class: 'person-words' },
        h('span', { class: 'person-caption' }, 'Acting as'),
        h('span', { class: 'person-name' }, personName(user.id)),
        h('span', { class: 'person-where' }, whereabouts(user)),
      ),
      icon('chevron', 'up'),
    );
  });
  return card;
}

/** Jump anywhere, or become somebody else, from the keyboard. */
export function openQuickSwitcher() {
  if (document.querySelector('dialog[open]')) return;
  const back = document.activeElement;
  const places = state.conversations.map((row) => ({
    key: row.id,
    text: conversationName(row),
    testid: `jump-${row.id}`,
    node: () =>
      h(
        'span',
        { class: 'jump-row' },
        row.kind === 'im' ? avatar(row.user, 'avatar-small') : icon(row.kind === 'private' ? 'lock' : 'hash'),
        h('span', {}, conversationName(row)),
        row.unread ? h('span', { class: 'badge' }, String(row.unread)) : null,
      ),
    run: () => openConversation(row.id),
  }));
  const persons = people()
    .filter((user) => user.id !== state.me)
    .map((user) => ({
      key: user.id,
      text: `act as ${user.real_name} ${user.name}`,
      testid: `jump-as-${user.id}`,
      node: () =>
        h(
          'span',
          { class: 'jump-row' },
          icon('people'),
          h('span', {}, `Act as ${personName(user.id)}`),
          h('span', { class: 'note' }, whereabouts(user)),
        ),
      run: () => actAs(user.id, state.active, state.tab),
    }));
  const list = picker({
    label: 'Jump to',
    placeholder: 'Jump to a channel, a person, or act as somebody',
    items: [...places, ...persons],
    onPick: (item) => {
      close();
      item.run();
    },
  });
  const dialog = h(
    'dialog',
    {
      class: 'dialog quick',
      'aria-label': 'Quick switcher',
      data: { testid: 'quick-switcher' },
      on: {
        cancel: (event) => {
          event.preventDefault();
          close();
          back?.focus();
        },
        click: (event) => event.target === dialog && close(),
      },
    },
    list.root,
  );
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  document.body.append(dialog);
  dialog.showModal();
  list.focus();
}
