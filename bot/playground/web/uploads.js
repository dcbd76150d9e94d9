// The input for files in a form: a file chooser that also takes what is dropped on it, and the list of what was
// chosen. Files go up as soon as they are chosen; the form's values hold what the server answered.

import { api } from './api.js';
import { announce, fill, h } from './dom.js';
import { ending, fileTile, sizeWords } from './files.js';
import { icon } from './icons.js';
import { state } from './state.js';

const LARGEST_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 10;
let counter = 0;

const mostFiles = (element) => element.max_files ?? MOST_FILES;
const endings = (element) => (element.filetypes ?? []).map((kind) => kind.toLowerCase().replace(/^\./, ''));
const either = (words) => [words.slice(0, -1).join(', '), words[words.length - 1]].filter(Boolean).join(' or ');
const files = (count) => (count === 1 ? '1 file' : `${count} files`);

/** What an input takes, in words: "Up to 3 files, csv or xlsx, 10 MB each". */
function takes(element) {
  const most = mostFiles(element);
  const kinds = endings(element);
  const many = most === 1 ? 'One file' : `Up to ${most} files`;
  return [many, kinds.length ? either(kinds) : null, most === 1 ? 'at most 10 MB' : '10 MB each']
    .filter(Boolean)
    .join(', ');
}

// Why a file cannot be taken, or null.
function fault(element, file) {
  const kinds = endings(element);
  if (kinds.length && !kinds.includes(ending(file.name))) return `${file.name} is not of the type ${either(kinds)}.`;
  if (file.size > LARGEST_BYTES) return `${file.name} is larger than 10 MB.`;
  return file.size ? null : `${file.name} is empty.`;
}

/** The input. What goes wrong with a file is said in it at once, not only when the form is submitted. */
export function fileInput(element, ctx) {
  const chosen = () => ctx.values.get(ctx.blockId, element);
  const keep = (list) => ctx.values.set(ctx.blockId, element, list);
  const most = mostFiles(element);
  const said = h('div', { class: 'file-faults', role: 'alert', data: { testid: 'file-faults' } });
  const list = h('ul', { class: 'file-list', 'aria-label': 'Chosen files' });
  const note = `${ctx.inputId}-takes`;
  const input = h('input', {
    type: 'file',
    class: 'visually-hidden',
    id: ctx.inputId,
    multiple: most > 1,
    accept: endings(element)
      .map((kind) => `.${kind}`)
      .join(','),
    'aria-describedby': [ctx.describedby, note].filter(Boolean).join(' '),
    'aria-invalid': ctx.invalid ? 'true' : null,
    'aria-required': ctx.required ? 'true' : null,
    data: { 'action-id': element.action_id, testid: 'file-chooser' },
    on: {
      change: () => {
        const given = [...input.files];
        input.value = ''; // the same file can be chosen again after it was removed
        take(given);
      },
    },
  });

  // The form may have been drawn anew while a file went up: the input that stands there now is told.
  const changed = () => {
    const now = document.getElementById(ctx.inputId)?.closest('.file-input');
    now?.dispatchEvent(new CustomEvent('files-changed'));
  };

  const remove = (file) => {
    keep(chosen().filter((each) => each !== file));
    announce(`${file.name} removed.`);
    fill(said);
    changed();
    input.focus();
  };

  const send = async (given) => {
    counter += 1;
    const waiting = { name: given.name, size: given.size, pending: counter };
    keep([...chosen(), waiting]);
    changed();
    const place = { view_id: ctx.viewId, block_id: ctx.blockId, action_id: element.action_id };
    const swap = (put) => keep(chosen().flatMap((each) => (each.pending === waiting.pending ? put : [each])));
    try {
      const answer = await api.upload(state.me, place, given);
      swap([answer.file]);
      announce(`${given.name} is ready.`);
    } catch (error) {
      swap([]);
      fill(said, h('p', {}, error.message));
    }
    changed();
  };

  const take = (given) => {
    const faults = [];
    let room = most - chosen().length;
    for (const each of given) {
      const wrong = fault(element, each) ?? (room > 0 ? null : `Choose no more than ${files(most)}.`);
      if (wrong) faults.push(wrong);
      else {
        room -= 1;
        send(each);
      }
    }
    fill(
      said,
      [...new Set(faults)].map((wrong) => h('p', {}, wrong)),
    );
  };

  const row = (file) =>
    h(
      'li',
      { class: 'file-row', data: { testid: 'chosen-file', pending: file.pending ? 'true' : null } },
      fileTile(file.name),
      h(
        'span',
        { class: 'file-words' },
        h('span', { class: 'file-name' }, file.name),
        h('span', { class: 'file-note' }, file.pending ? 'Uploading…' : sizeWords(file.size)),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'btn-tool',
          title: 'Remove',
          'aria-label': `Remove ${file.name}`,
          data: { 'action-id': element.action_id, value: file.id, testid: 'remove-file' },
          on: { click: () => remove(file) },
        },
        icon('close'),
      ),
    );

  const zone = h(
    'label',
    { class: 'file-zone', for: ctx.inputId },
    icon('upload'),
    h('span', { class: 'file-ask' }, most === 1 ? 'Choose a file' : 'Choose files'),
    h('span', { class: 'file-or' }, most === 1 ? 'or drop it here' : 'or drop them here'),
    h('span', { class: 'file-note', id: note }, takes(element)),
  );
  const over = (event, is) => {
    if (![...(event.dataTransfer?.types ?? [])].includes('Files')) return;
    event.preventDefault();
    root.classList.toggle('file-over', is);
  };
  const root = h(
    'div',
    {
      class: 'file-input',
      data: { testid: 'file-input' },
      on: {
        'files-changed': () => draw(),
        dragenter: (event) => over(event, true),
        dragover: (event) => over(event, true),
        dragleave: (event) => over(event, root.contains(event.relatedTarget)),
        drop: (event) => {
          over(event, false);
          take([...(event.dataTransfer?.files ?? [])]);
        },
      },
    },
    input,
    zone,
    said,
    list,
  );
  const draw = () => {
    fill(list, chosen().map(row));
    list.hidden = !chosen().length;
  };
  draw();
  return root;
}
