// The wire: every request the page makes and the event stream, exactly as docs/playground.md states them. No DOM,
// no state.

/** A request that failed: `status` of HTTP (0 = no connection) and the server's word in `error`. */
class ApiError extends Error {
  constructor(status, error, detail) {
    super(detail || error || `HTTP ${status}`);
    this.status = status;
    this.error = error;
  }
}

const request = (method, path, body) =>
  body === undefined
    ? send(method, path)
    : send(method, path, JSON.stringify(body), { 'Content-Type': 'application/json' });

async function send(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, { method, headers, body, cache: 'no-store' });
  } catch {
    throw new ApiError(0, 'unreachable', 'The playground does not answer. Is it still running?');
  }
  const text = await response.text();
  let data = {};
  try {
    data = text ? JSON.parse(text) : {};
  } catch {
    data = { error: text.slice(0, 200) };
  }
  if (!response.ok) throw new ApiError(response.status, data.error, data.detail || data.message || data.error);
  return data;
}

const query = (params) =>
  new URLSearchParams(Object.entries(params).filter(([, value]) => value !== undefined && value !== null));
const get = (path, params = {}) => request('GET', `${path}?${query(params)}`);
const post = (path, body) => request('POST', path, body);

// A file chosen in a form: its bytes are the body, `place` says in which input.
const upload = (as, place, file) => send('POST', `/page/upload?${query({ as, ...place, name: file.name })}`, file);

export const api = {
  upload,
  bootstrap: () => get('/page/bootstrap'),
  conversations: (as) => get('/page/conversations', { as }),
  messages: (as, channel, threadTs) => get('/page/messages', { as, channel, thread_ts: threadTs }),
  home: (as) => get('/page/home', { as }),
  openHome: (as, tab) => post('/page/home', { as, tab }),
  views: (as) => get('/page/views', { as }),
  postMessage: (as, channel, text, threadTs) =>
    post('/page/message', { as, channel, text, ...(threadTs ? { thread_ts: threadTs } : {}) }),
  command: (as, channel, text) => post('/page/command', { as, channel, text }),
  action: (as, payload) => post('/page/action', { as, ...payload }),
  submit: (as, viewId, values) => post('/page/submit', { as, view_id: viewId, values }),
  close: (as, viewId, all) => post('/page/close', { as, view_id: viewId, ...(all ? { all: true } : {}) }),
  read: (as, channel) => post('/page/read', { as, channel }),
  traffic: (after) => get('/page/traffic', { after }),
  moveClock: (body) => post('/control/clock', body),
  fault: (body) => post('/control/faults', body),
  clearFaults: () => request('DELETE', '/control/faults'),
  knowCharts: (known) => post('/control/charts', { known }),
  disconnect: (reason) => post('/control/disconnect', { reason }),
  duplicate: (times) => post('/control/duplicate', { times }),
  redeliver: () => post('/control/redeliver', { last: true }),
};

/** Listens to one person's events; `onEvent` gets each, `onState` true or false as the line opens and breaks. */
export function listen(as, onEvent, onState) {
  const source = new EventSource(`/page/events?${query({ as })}`);
  source.onmessage = (message) => {
    if (message.data) onEvent(JSON.parse(message.data));
  };
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  return () => source.close();
}
