// The box one types into: sends messages and slash commands, completes names, says when a command failed. One per
// pane.

import { api } from './api.js';
import { fill, h, uid, report } from './dom.js';
import { icon } from './icons.js';
import { commandOf, completions } from './completion.js';
import { note } from './session.js';
import { state } from './state.js';

async function runCommand(channel, text) {
  const as = state.me;
  const name = text.split(/\s/)[0];
  let error;
  try {
    const answer = await api.command(as, channel, text);
    error = answer.ok === false ? answer.error : null;
  } catch (failure) {
    error = failure.error ?? 'unreachable';
  }
  if (!error || as !== state.me) return;
  if (error === 'no_such_command')
    note(channel, `\`${name}\` is not a command here. To send it as a message, put a space in front of it.`);
  else note(channel, `${name} failed with the error "${error}"`);
}

async function send(target, text) {
  if (!text.trim()) return true;
  if (/^\/\S/.test(text)) {
    if (target.threadTs) note(target.channel, `${text.split(/\s/)[0]} cannot be used in threads.`, target.threadTs);
    else runCommand(target.channel, text.trim());
    return true;
  }
  try {
    await api.postMessage(state.me, target.channel, text.trim(), target.threadTs);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

// The list over the box; the box keeps the focus and walks it.
function completionList(box, listId, testid, apply) {
  const list = h('ul', {
    id: listId,
    class: 'completion',
    role: 'listbox',
    'aria-label': 'Suggestions',
    hidden: true,
    data: { testid },
  });
  let found = null;
  let at = 0;
  const mark = () => {
    [...list.children].forEach((row, index) => row.setAttribute('aria-selected', String(index === at)));
    list.children[at]?.scrollIntoView({ block: 'nearest' });
    box.setAttribute('aria-activedescendant', found ? `${listId}-${at}` : '');
  };
  const hide = () => {
    found = null;
    list.hidden = true;
    box.removeAttribute('aria-activedescendant');
  };
  const choose = (index) => {
    const picked = found.items[index];
    const { from, to } = found;
    hide();
    apply(picked.insert, from, to);
  };
  const show = () => {
    found = completions(box.value, box.selectionStart);
    at = 0;
    if (!found) return hide();
    fill(
      list,
      found.items.map((item, index) =>
        h(
          'li',
          {
            id: `${listId}-${index}`,
            role: 'option',
            class: 'completion-row',
            on: {
              mousedown: (event) => {
                event.preventDefault();
                choose(index);
              },
            },
          },
          h('span', { class: 'completion-label' }, item.label),
          item.usage ? h('span', { class: 'completion-usage' }, item.usage) : null,
          item.note ? h('span', { class: 'completion-note' }, item.note) : null,
        ),
      ),
    );
    list.hidden = false;
    return mark();
  };
  // True when the key was for the list.
  const key = (event) => {
    if (!found) return false;
    const count = found.items.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      at = (at + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
    else if (event.key === 'Tab' || (event.key === 'Enter' && !found.items[at].exact)) {
      choose(at);
      return true;
    } else if (event.key === 'Escape') {
      hide();
      return true;
    } else return false;
    mark();
    return true;
  };
  return { list, show, hide, key };
}

/** A composer. `target()` says where it sends ({channel, threadTs, label}); drafts are kept per person and place. */
export function composer({ target, testid }) {
  const listId = uid('completion');
  const box = h('textarea', {
    class: 'composer-input',
    rows: '1',
    'aria-autocomplete': 'list',
    'aria-haspopup': 'listbox',
    'aria-controls': listId,
    autocomplete: 'off',
    spellcheck: 'false',
    data: { testid: `${testid}-input` },
  });
  const hint = h('span', { class: 'composer-hint' });
  const button = h(
    'button',
    {
      type: 'submit',
      class: 'btn-send',
      'aria-label': 'Send',
      title: 'Send (Enter)',
      data: { testid: `${testid}-send` },
    },
    icon('send'),
  );
  const draftKey = () => `${state.me}|${target()?.channel}|${target()?.threadTs ?? ''}`;
  const grow = () => {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
  };
  const changedText = () => {
    state.drafts.set(draftKey(), box.value);
    button.disabled = !box.value.trim();
    const command = commandOf(box.value);
    fill(
      hint,
      command?.usage_hint
        ? [h('strong', {}, command.command), ` ${command.usage_hint}`]
        : h(
            'span',
            { class: 'composer-keys' },
            h('kbd', {}, 'Enter'),
            ' sends · ',
            h('kbd', {}, 'Shift+Enter'),
            ' new line',
          ),
    );
    grow();
  };
  const insert = (text, from, to) => {
    box.setRangeText(text, from, to, 'end');
    box.focus();
    changedText();
    completion.show();
  };
  const completion = completionList(box, listId, `${testid}-completion`, insert);
  const submit = async () => {
    const text = box.value;
    const key = draftKey();
    if (!text.trim()) return;
    box.value = '';
    completion.hide();
    changedText();
    if (!(await send(target(), text)) && draftKey() === key) {
      box.value = text;
      changedText();
    }
  };
  box.addEventListener('input', () => {
    changedText();
    completion.show();
  });
  box.addEventListener('click', () => completion.show());
  box.addEventListener('blur', () => completion.hide());
  box.addEventListener('keydown', (event) => {
    if (completion.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  const press = (sign) =>
    h(
      'button',
      {
        type: 'button',
        class: 'btn-tool',
        'aria-label': { '/': 'Slash command', '@': 'Mention somebody or a group', '#': 'Name a channel' }[sign],
        on: { click: () => insert(sign === '/' ? '/' : sign, box.selectionStart, box.selectionEnd) },
      },
      sign,
    );
  const root = h(
    'form',
    {
      class: 'composer',
      data: { testid },
      on: {
        submit: (event) => {
          event.preventDefault();
          submit();
        },
      },
    },
    completion.list,
    h(
      'div',
      { class: 'composer-box' },
      box,
      h('div', { class: 'composer-bar' }, press('/'), press('@'), press('#'), hint, button),
    ),
  );
  /** Takes over the draft of the place it now belongs to. */
  const refresh = () => {
    const place = target();
    root.hidden = !place || Boolean(place.closed);
    if (!place) return;
    box.placeholder = place.label;
    box.setAttribute('aria-label', place.label);
    completion.hide();
    box.value = state.drafts.get(draftKey()) ?? '';
    changedText();
  };
  return { root, refresh, focus: () => box.focus() };
}
