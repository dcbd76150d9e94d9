// The start: puts the panes into the page, wires the keys that work everywhere, loads the workspace.

import { toast } from './dom.js';
import { clockBar } from './clock.js';
import { inspector } from './inspector.js';
import { mainPane, threadPane } from './pane.js';
import { modals } from './modals.js';
import { openQuickSwitcher } from './people.js';
import { showDrawer, sidebar } from './sidebar.js';
import { start } from './session.js';
import { applyTheme, themeToggle } from './theme.js';

const place = (id) => document.getElementById(id);

applyTheme();
sidebar(place('sidebar'));
clockBar(place('clock-bar'));
const composer = mainPane(place('main'));
threadPane(place('thread'));
inspector(place('inspector'), place('tools'));
place('tools').append(themeToggle());
modals();

place('veil').addEventListener('click', () => showDrawer(false));
document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openQuickSwitcher();
  } else if (event.key === 'Escape' && document.body.classList.contains('drawer-open')) {
    showDrawer(false);
    place('menu-button').focus();
  }
});

start().then(
  () => {
    document.body.dataset.ready = 'true';
    if (matchMedia('(min-width: 760px)').matches && document.activeElement === document.body) composer.focus();
  },
  (error) => toast(error.message, 'error'),
);
