// Things that float over the page: popovers next to a control, menus, confirmations. Focus goes in and comes back.

import { h, roving, trapTab } from './dom.js';
import { plainText, textObject } from './mrkdwn.js';

let current = null;

/** Closes whatever popover is open. */
export function closePopover() {
  current?.close();
}

function place(panel, anchor, above) {
  const box = anchor.getBoundingClientRect();
  const width = Math.min(Math.max(box.width, panel.offsetWidth, 200), window.innerWidth - 16);
  panel.style.minWidth = `${Math.min(box.width, width)}px`;
  panel.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - panel.offsetWidth - 8))}px`;
  const below = window.innerHeight - box.bottom - 12;
  const up = above || (below < panel.offsetHeight && box.top > below);
  panel.style.maxHeight = `${Math.max(120, Math.min(380, up ? box.top - 12 : below))}px`;
  panel.style.top = up ? `${Math.max(8, box.top - panel.offsetHeight - 4)}px` : `${box.bottom + 4}px`;
}

/** Shows `content` next to `anchor`; a click outside or Escape closes it. Returns {close}. */
export function openPopover(anchor, content, { onClose, above = false, label, testid, tabCloses = true } = {}) {
  closePopover();
  const panel = h(
    'div',
    { class: 'popover', popover: 'manual', 'aria-label': label, data: { testid: testid ?? 'popover' } },
    content,
  );
  (anchor.closest('dialog') ?? document.body).append(panel);
  panel.showPopover();
  place(panel, anchor, above);
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) handle.close();
  };
  const tab = (event) => {
    if (event.key !== 'Tab') return;
    if (tabCloses) handle.close();
    else trapTab(event, panel);
  };
  // Wherever the focus is, Escape closes this first and leaves the dialog below open.
  const escape = (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    handle.close(true);
  };
  const handle = {
    panel,
    close(refocus = false) {
      if (current !== handle) return;
      current = null;
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('keydown', escape, true);
      panel.remove();
      anchor.setAttribute('aria-expanded', 'false');
      onClose?.();
      if (refocus) anchor.focus();
    },
    place: () => place(panel, anchor, above),
  };
  current = handle;
  anchor.setAttribute('aria-expanded', 'true');
  panel.addEventListener('keydown', tab);
  document.addEventListener('keydown', escape, true);
  document.addEventListener('pointerdown', outside, true);
  return handle;
}

/** A menu next to a button; items are {label, description?, danger?, testid?, run}. */
export function openMenu(anchor, items, { label, above = false } = {}) {
  const list = h(
    'div',
    { class: 'menu', role: 'menu', 'aria-label': label },
    items.map((item) =>
      h(
        'button',
        {
          type: 'button',
          role: 'menuitem',
          tabindex: '-1',
          class: item.danger ? 'menu-item danger' : 'menu-item',
          data: { testid: item.testid },
          on: {
            click: () => {
              popover.close(true);
              item.run();
            },
          },
        },
        h('span', {}, item.label),
        item.description ? h('span', { class: 'menu-note' }, item.description) : null,
      ),
    ),
  );
  const popover = openPopover(anchor, list, { label, above, testid: 'menu' });
  roving(list, '.menu-item');
  list.querySelector('.menu-item')?.focus();
}

/** Asks before something is done; resolves true or false. Texts are Slack confirmation text objects or strings. */
export function askConfirm({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const back = document.activeElement;
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      back?.focus?.();
      resolve(answer);
    };
    const heading = h('h2', { id: 'confirm-title' }, title ? plainText(title) : 'Are you sure?');
    const yes = h(
      'button',
      {
        type: 'button',
        class: `btn ${style === 'danger' ? 'btn-danger' : 'btn-primary'}`,
        data: { testid: 'confirm-yes' },
        on: { click: () => finish(true) },
      },
      confirm ? plainText(confirm) : 'Yes',
    );
    const dialog = h(
      'dialog',
      {
        class: 'dialog confirm',
        'aria-labelledby': 'confirm-title',
        data: { testid: 'confirm' },
        on: {
          cancel: (event) => {
            event.preventDefault();
            finish(false);
          },
          keydown: (event) => trapTab(event, dialog),
        },
      },
      h('header', { class: 'dialog-head' }, heading),
      h('div', { class: 'dialog-body' }, h('div', { class: 'rich' }, textObject(text))),
      h(
        'footer',
        { class: 'dialog-foot' },
        h(
          'button',
          { type: 'button', class: 'btn', data: { testid: 'confirm-no' }, on: { click: () => finish(false) } },
          deny ? plainText(deny) : 'Cancel',
        ),
        yes,
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
