// DOM building blocks: elements from data, ids, the live region, text helpers. Nothing here knows Slack or the
// server. Text always becomes text nodes; nothing in the page ever parses HTML.

const SVG_NS = 'http://www.w3.org/2000/svg';
let counter = 0;

/** A fresh id for label/for, aria-describedby and SVG patterns. */
export function uid(prefix = 'id') {
  counter += 1;
  return `${prefix}-${counter}`;
}

function applyProps(node, props) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'class') node.setAttribute('class', value);
    else if (key === 'on') for (const [type, fn] of Object.entries(value)) node.addEventListener(type, fn);
    else if (key === 'data') for (const [name, text] of Object.entries(value)) setData(node, name, text);
    else if (key === 'vars') for (const [name, text] of Object.entries(value)) node.style.setProperty(name, text);
    else if (key === 'value' || key === 'checked' || key === 'selected') node[key] = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
}

function setData(node, name, text) {
  if (text !== null && text !== undefined && text !== false)
    node.setAttribute(`data-${name}`, text === true ? '' : text);
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** An HTML element: h('p', {class: 'note', on: {click}}, 'text', child). */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  applyProps(node, props);
  append(node, children);
  return node;
}

/** An SVG element, with presentation attributes. */
export function svg(tag, props, ...children) {
  const node = document.createElementNS(SVG_NS, tag);
  applyProps(node, props);
  append(node, children);
  return node;
}

/** A fragment of nodes and strings. */
export function frag(...children) {
  const node = document.createDocumentFragment();
  append(node, children);
  return node;
}

/** Replaces everything inside a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Says something to screen readers without moving the focus. */
export function announce(text) {
  const region = document.getElementById('live-region');
  if (region && text) fill(region, h('p', {}, text.slice(0, 400)));
}

/** A short notice at the bottom of the window; it goes away by itself and is also announced. */
export function toast(text, kind = 'info') {
  const host = document.getElementById('toasts');
  const note = h(
    'div',
    { class: `toast toast-${kind}`, data: { testid: 'toast' }, role: kind === 'error' ? 'alert' : 'status' },
    text,
  );
  host.append(note);
  setTimeout(() => note.remove(), 6000);
}

/** Shows a failed request without losing the page. */
export function report(error) {
  toast(error.message, 'error');
}

/** Initials of a person's name: at most two letters. */
export function initials(name) {
  const words = String(name || '?')
    .trim()
    .split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** One of eight tints, stable for an id. */
export function tint(id) {
  let sum = 0;
  for (const char of String(id)) sum = (sum * 31 + char.codePointAt(0)) % 9973;
  return sum % 8;
}

/** Keeps Tab inside a container (a dialog): for keydown handlers. */
export function trapTab(event, container) {
  if (event.key !== 'Tab') return;
  const stops = [...container.querySelectorAll('button, [href], input, select, textarea, [tabindex]')].filter(
    (node) => !node.disabled && node.tabIndex >= 0 && node.offsetParent !== null,
  );
  if (!stops.length) return;
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (event.shiftKey && document.activeElement === first) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first.focus();
  }
}

/** Moves the focus among siblings with the arrow keys, Home and End; the stops keep one tab stop between them. */
export function roving(container, selector, keys = { next: 'ArrowDown', previous: 'ArrowUp' }) {
  container.addEventListener('keydown', (event) => {
    const stops = [...container.querySelectorAll(selector)].filter((node) => !node.disabled);
    const at = stops.indexOf(event.target.closest(selector));
    if (at < 0 || event.target.matches('input, textarea')) return;
    const moves = { [keys.next]: at + 1, [keys.previous]: at - 1, Home: 0, End: stops.length - 1 };
    const to = moves[event.key];
    if (to === undefined || !stops[to]) return;
    event.preventDefault();
    for (const stop of stops) stop.tabIndex = -1;
    stops[to].tabIndex = 0;
    stops[to].focus();
  });
}
