// App Home: the view the app published for the acting person, drawn in the main pane's Home tab.

import { fill, h } from './dom.js';
import { renderBlocks } from './blocks.js';
import { surfaceContext } from './actions.js';
import { state, subscribe } from './state.js';
import { Values } from './values.js';

/** The Home tab's pane. */
export function homePane() {
  const root = h('div', {
    class: 'home',
    role: 'tabpanel',
    id: 'panel-home',
    'aria-labelledby': 'tab-home',
    tabindex: '0',
    data: { testid: 'home' },
  });
  let drawn = null;
  subscribe('home active person', () => {
    root.hidden = state.tab !== 'home';
    const published = state.home === undefined ? 'loading' : JSON.stringify([state.home?.id, state.home?.blocks]);
    const print = `${state.epoch}|${published}`;
    if (root.hidden || print === drawn) return;
    drawn = print;
    const focused = focusMark(root);
    draw(root);
    restoreFocus(root, focused);
  });
  return root;
}

const controls = (root) => [...root.querySelectorAll('[data-action-id]')];

// Where the focus is: on which control, and which one in order it is.
function focusMark(root) {
  const node = document.activeElement;
  if (!root.contains(node) || node === root) return null;
  const { actionId, value } = node.dataset;
  return { actionId, value, at: controls(root).indexOf(node) };
}

// On the same control; where that is gone, as what it was about is settled, on the one that took its place.
function restoreFocus(root, mark) {
  if (!mark) return;
  const stops = controls(root);
  const same = stops.find((node) => node.dataset.actionId === mark.actionId && node.dataset.value === mark.value);
  (same ?? stops[Math.min(mark.at, stops.length - 1)] ?? root).focus({ preventScroll: true });
}

function draw(root) {
  if (state.home === undefined) return fill(root, h('p', { class: 'empty' }, 'Loading…'));
  if (!state.home)
    return fill(root, h('p', { class: 'empty' }, `${state.app.name} has not published its Home for this person yet.`));
  const view = state.home;
  const key = `home:${view.id}`;
  if (!state.typedValues.has(key)) state.typedValues.set(key, new Values());
  const values = state.typedValues.get(key);
  values.prune(view.blocks);
  values.keep(view.state?.values);
  const notice = h('div', { class: 'notice' });
  const ctx = surfaceContext({
    surface: 'home',
    container: { type: 'view', view_id: view.id },
    values,
    blocks: view.blocks,
    notice,
    prefix: 'home',
  });
  return fill(root, h('div', { class: 'home-blocks' }, renderBlocks(view.blocks, ctx), notice));
}
