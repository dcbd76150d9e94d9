// Pictures in blocks. Only the playground's own files and data URLs are loaded: nothing comes from outside, so a
// picture from elsewhere shows as its description with a link.

import { h } from './dom.js';
import { linkNode } from './mrkdwn.js';
import { state } from './state.js';

// Slack's own files are fetched as the person who looks.
function sourceOf(block) {
  const file = block.slack_file;
  const id = file?.id ?? /\/files(?:-pri)?\/(?:T\w+-)?(F[0-9A-Z]+)/.exec(file?.url ?? '')?.[1];
  if (id) return `/files/${encodeURIComponent(id)}?as=${encodeURIComponent(state.me ?? '')}`;
  return file?.url ?? block.image_url ?? '';
}

function isLocal(url) {
  if (/^data:image\//i.test(url)) return true;
  try {
    return new URL(url, location.href).origin === location.origin;
  } catch {
    return false;
  }
}

/** The picture of an image block or element. */
export function imageNode(block, className) {
  const url = sourceOf(block);
  if (!isLocal(url)) {
    let host = '';
    try {
      host = new URL(url).hostname;
    } catch {
      host = 'an address that cannot be read';
    }
    return h(
      'div',
      { class: `${className} image-outside`, role: 'img', 'aria-label': block.alt_text ?? '' },
      h('span', {}, block.alt_text || 'Picture'),
      h('span', { class: 'note' }, 'Not loaded: it is on ', linkNode(url, host)),
    );
  }
  const node = h('img', { class: className, src: url, alt: block.alt_text ?? '', loading: 'lazy' });
  node.addEventListener('error', () =>
    node.replaceWith(
      h('div', { class: 'unknown-block', role: 'img' }, `The picture did not load: ${block.alt_text ?? url}`),
    ),
  );
  return node;
}
