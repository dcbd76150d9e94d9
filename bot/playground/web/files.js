// Files in messages: a card with name, type, size and a way to get it. Choosing files in a form is in uploads.js.

import { h } from './dom.js';
import { icon } from './icons.js';
import { imageNode } from './images.js';
import { state } from './state.js';

/** A file's ending in small letters, without the dot; empty where it has none. */
export const ending = (name) => (name?.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '');

/** A size for people: "512 bytes", "1.4 KB", "10 MB". */
export function sizeWords(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const [unit, amount] = bytes < 1024 * 1024 ? ['KB', bytes / 1024] : ['MB', bytes / 1024 / 1024];
  return `${amount < 10 ? Number(amount.toFixed(1)) : Math.round(amount)} ${unit}`;
}

/** The coloured tile that says of what kind a file is. */
export function fileTile(name) {
  const kind = ending(name).slice(0, 4);
  const sheet = ['csv', 'xls', 'xlsx', 'ods'].includes(kind);
  return h(
    'span',
    { class: sheet ? 'file-tile file-tile-sheet' : 'file-tile', 'aria-hidden': 'true' },
    kind ? kind.toUpperCase() : icon('file'),
  );
}

const typeWords = (file) => file.pretty_type || ending(file.name).toUpperCase() || 'File';

/** The card of a file that was shared in a message; a picture is shown below it. */
export function fileCard(file) {
  const title = file.title || file.name;
  const picture = /^image\/(png|jpe?g|gif)$/.test(file.mimetype ?? '') || /\.(png|jpe?g|gif)$/i.test(file.name ?? '');
  const address = `/files/${encodeURIComponent(file.id)}?as=${encodeURIComponent(state.me ?? '')}&download=1`;
  return h(
    'div',
    { class: 'file', data: { testid: 'file', 'file-id': file.id } },
    h(
      'div',
      { class: 'file-card' },
      fileTile(file.name),
      h(
        'div',
        { class: 'file-words' },
        h('span', { class: 'file-name' }, title),
        h('span', { class: 'file-note' }, [typeWords(file), sizeWords(file.size)].filter(Boolean).join(' · ')),
      ),
      h(
        'a',
        {
          class: 'btn btn-icon file-get',
          href: address,
          download: file.name,
          title: 'Download',
          'aria-label': `Download ${title}`,
          data: { testid: 'file-download' },
        },
        icon('download'),
      ),
    ),
    picture ? imageNode({ slack_file: { id: file.id }, alt_text: file.alt_txt || title }, 'block-image') : null,
  );
}
