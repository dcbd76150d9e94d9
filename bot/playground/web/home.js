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
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset.actionId : null;
    draw(root);
    if (focused)
      [...root.querySelectorAll('[data-action-id]')].find((node) => node.dataset.actionId === focused)?.focus();
  });
  return root;
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
