// Light and dark: follows the system until the toggle says otherwise; the choice is kept in this browser.

import { fill, h } from './dom.js';
import { icon } from './icons.js';

const KEY = 'playground-theme';

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const isDark = () =>
  (document.documentElement.dataset.theme ??
    (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

/** Applies the stored choice; call before anything is drawn. */
export function applyTheme() {
  const choice = stored();
  if (choice === 'dark' || choice === 'light') document.documentElement.dataset.theme = choice;
}

/** The button between light and dark. */
export function themeToggle() {
  const draw = () => {
    fill(button, icon(isDark() ? 'sun' : 'moon'));
    button.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
    button.title = button.getAttribute('aria-label');
  };
  const button = h('button', {
    type: 'button',
    class: 'btn-tool',
    data: { testid: 'theme-toggle' },
    on: {
      click: () => {
        const next = isDark() ? 'light' : 'dark';
        document.documentElement.dataset.theme = next;
        try {
          localStorage.setItem(KEY, next);
        } catch {
          /* a browser without storage forgets the choice */
        }
        draw();
      },
    },
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
  return button;
}
