// Modals: the top view of the stack in one dialog. What was typed is kept per view, and across updates where ids
// stay the same.

import { api } from './api.js';
import { announce, fill, h, trapTab, report } from './dom.js';
import { icon } from './icons.js';
import { renderBlocks } from './blocks.js';
import { failureWords, surfaceContext } from './actions.js';
import { closePopover } from './popover.js';
import { plainText } from './mrkdwn.js';
import { problems } from './validation.js';
import { refreshViews } from './loading.js';
import { state, subscribe } from './state.js';
import { Values } from './values.js';

const known = new Map(); // view id -> {values, errors}
let dialog = null;
let shown = null; // {id, print}
let back = {};

function memoryOf(view) {
  if (!known.has(view.id)) known.set(view.id, { values: new Values(), errors: {}, notice: '' });
  return known.get(view.id);
}

// Closes the top view; with `all` (the cross) the whole stack.
async function close(view, all = false) {
  try {
    await api.close(state.me, view.id, all);
    refreshViews();
  } catch (error) {
    report(error);
  }
}

async function submit(view, button) {
  const memory = memoryOf(view);
  if (button.getAttribute('aria-busy') === 'true') return;
  memory.errors = problems(view.blocks, memory.values);
  memory.notice = '';
  if (Object.keys(memory.errors).length) {
    redraw(view, true);
    return;
  }
  button.setAttribute('aria-busy', 'true');
  const as = state.me;
  let answer;
  try {
    answer = await api.submit(as, view.id, memory.values.toState(view.blocks));
  } catch (error) {
    answer = { ok: false, error: error.error ?? 'unreachable' };
  }
  button.removeAttribute('aria-busy');
  if (as !== state.me) return;
  memory.errors = answer.errors ?? {};
  const failed = answer.ok === false && !Object.keys(memory.errors).length;
  memory.notice = failed ? `We had some trouble connecting. ${failureWords(answer.error ?? 'unknown')}` : '';
  const top = state.views[state.views.length - 1];
  if (top?.id === view.id && (failed || answer.errors)) redraw(top, true);
  if (answer.ok !== false) refreshViews();
}

function errorBanner(memory, view) {
  const inputs = new Set(view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id));
  const stray = Object.entries(memory.errors)
    .filter(([id]) => !inputs.has(id))
    .map(([, text]) => text);
  const text = [memory.notice, ...stray].filter(Boolean).join(' ');
  return text
    ? h('div', { class: 'action-error', role: 'alert', data: { testid: 'modal-error' } }, icon('warn'), text)
    : null;
}

function content(view) {
  const memory = memoryOf(view);
  memory.values.prune(view.blocks);
  memory.values.keep(view.state?.values);
  const notice = h('div', { class: 'notice' });
  const ctx = surfaceContext({
    surface: 'modal',
    container: { type: 'view', view_id: view.id },
    values: memory.values,
    blocks: view.blocks,
    notice,
    prefix: view.id,
    errors: memory.errors,
  });
  const send = view.submit
    ? h(
        'button',
        {
          type: 'submit',
          class: 'btn btn-primary',
          disabled: Boolean(view.submit_disabled),
          data: { testid: 'modal-submit' },
        },
        plainText(view.submit),
      )
    : null;
  const form = h(
    'form',
    {
      class: 'dialog-form',
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          if (send) submit(view, send);
        },
      },
    },
    h(
      'header',
      { class: 'dialog-head' },
      state.views.length > 1
        ? h(
            'button',
            {
              type: 'button',
              class: 'btn-tool',
              'aria-label': 'Back',
              data: { testid: 'modal-back' },
              on: { click: () => close(view) },
            },
            icon('back'),
          )
        : null,
      h('h2', { id: 'modal-title', data: { testid: 'modal-title' } }, plainText(view.title)),
      h(
        'button',
        {
          type: 'button',
          class: 'btn-tool',
          'aria-label': 'Close',
          data: { testid: 'modal-x' },
          on: { click: () => close(view, true) },
        },
        icon('close'),
      ),
    ),
    h(
      'div',
      { class: 'dialog-body', data: { testid: 'modal-body' } },
      errorBanner(memory, view),
      renderBlocks(view.blocks, ctx),
      notice,
    ),
    h(
      'footer',
      { class: 'dialog-foot' },
      h(
        'button',
        { type: 'button', class: 'btn', data: { testid: 'modal-close' }, on: { click: () => close(view) } },
        view.close ? plainText(view.close) : send ? 'Cancel' : 'Close',
      ),
      send,
    ),
  );
  return form;
}

function focusFirst() {
  const stop =
    dialog.querySelector('.dialog-body [aria-invalid="true"], .dialog-body .has-error input') ??
    dialog.querySelector('.dialog-body :is(input:not([disabled]), textarea, .select)') ??
    dialog.querySelector('.dialog-body .btn, .dialog-foot .btn-primary') ??
    dialog.querySelector('.dialog-foot .btn');
  stop?.focus();
}

// What a control is known by when its view is drawn anew: its ids, and for one of several choices which one.
function markOf(node) {
  return {
    id: node.id,
    block: node.closest('[data-block-id]')?.dataset.blockId,
    action: node.closest('[data-action-id]')?.dataset.actionId,
    value: node.dataset.value,
    choice: node.dataset.optionValue,
    test: node.dataset.testid,
    caret: node.selectionStart ?? null,
  };
}

function marked(mark) {
  const byId = mark.id && document.getElementById(mark.id);
  if (byId) return byId;
  const stops = [...dialog.querySelectorAll('.dialog-body :is(button, input, textarea)')].map((node) => [
    node,
    markOf(node),
  ]);
  const same = (one, names) => mark.action && names.every((name) => one[name] === mark[name]);
  return (
    stops.find(([, one]) => same(one, ['block', 'action', 'value', 'choice']))?.[0] ??
    stops.find(([, one]) => same(one, ['action', 'value', 'choice']))?.[0] ??
    (mark.test?.startsWith('modal-') ? dialog.querySelector(`[data-testid="${mark.test}"]`) : null)
  );
}

// Draws the view anew; the focus and the scroll place stay where the same control is still there.
function redraw(view, toError = false) {
  const active = dialog.contains(document.activeElement) ? document.activeElement : null;
  const mark = active && markOf(active);
  // A list for several choices stays open while the app answers to each of them.
  const list = dialog.querySelector('[data-testid="select"][aria-expanded="true"]');
  const opened = list && markOf(list);
  const scroll = dialog.querySelector('.dialog-body')?.scrollTop ?? 0;
  closePopover();
  fill(dialog, content(view));
  dialog.querySelector('.dialog-body').scrollTop = scroll;
  if (toError && dialog.querySelector('.has-error')) {
    focusFirst();
    announce('Some answers need another look.');
    return;
  }
  const reopened = opened && marked(opened);
  if (reopened) {
    reopened.click();
    return;
  }
  if (!mark) {
    focusFirst();
    return;
  }
  const same = marked(mark);
  if (!same) {
    focusFirst();
    return;
  }
  same.focus({ preventScroll: true });
  if (mark.caret !== null && same.setSelectionRange && /^(text|search|url|tel|textarea)$/.test(same.type))
    same.setSelectionRange(mark.caret, mark.caret);
}

function openDialog() {
  const node = document.activeElement;
  back = { node, ts: node?.closest('[data-ts]')?.dataset.ts, action: node?.dataset.actionId };
  dialog = h('dialog', {
    class: 'dialog modal',
    'aria-labelledby': 'modal-title',
    data: { testid: 'modal' },
    on: {
      cancel: (event) => {
        event.preventDefault();
        closeTop();
      },
      keydown: (event) => {
        trapTab(event, dialog);
        if (event.key === 'Escape' && !event.defaultPrevented) {
          event.preventDefault();
          closeTop();
        }
      },
    },
  });
  document.body.append(dialog);
  dialog.showModal();
}

function closeTop() {
  const top = state.views[state.views.length - 1];
  if (top) close(top);
}

function shut() {
  dialog?.close();
  dialog?.remove();
  dialog = null;
  shown = null;
  known.clear();
  comeBack();
}

// To where the focus was; where that was drawn anew meanwhile, to the same control of its message, or to the message.
function comeBack() {
  const row = back.ts ? document.querySelector(`[data-ts="${CSS.escape(back.ts)}"]`) : null;
  const stops = (row ?? document).querySelectorAll('[data-action-id]');
  const same = [...stops].find((node) => node.dataset.actionId === back.action);
  (back.node?.isConnected ? back.node : (same ?? row))?.focus();
}

/** Keeps the dialog in step with the stack of open views. */
export function modals() {
  subscribe('views', () => {
    const top = state.views[state.views.length - 1];
    if (!top) {
      if (dialog) shut();
      return;
    }
    for (const id of known.keys()) if (!state.views.some((view) => view.id === id)) known.delete(id);
    const print = `${top.hash}|${state.views.length}|${JSON.stringify([top.blocks, top.title, top.submit, top.close])}`;
    if (shown?.id === top.id && shown.print === print) return;
    if (!dialog) openDialog();
    const fresh = shown?.id !== top.id;
    if (!fresh) Object.assign(memoryOf(top), { errors: {}, notice: '' });
    shown = { id: top.id, print };
    dialog.setAttribute('data-view-id', top.id);
    dialog.setAttribute('data-callback-id', top.callback_id ?? '');
    if (fresh) {
      fill(dialog, content(top));
      focusFirst();
      announce(plainText(top.title));
    } else redraw(top);
  });
}
