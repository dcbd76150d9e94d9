// The buttons that make Slack misbehave on demand. What they do is the server's; docs/playground.md lists it.

import { api } from './api.js';
import { h, report, toast } from './dom.js';
import { state, subscribe } from './state.js';

const FAULTS = [
  {
    label: 'Rate-limit the next post',
    testid: 'fault-ratelimit',
    run: () => api.fault({ method: 'chat.postMessage', kind: 'ratelimit', times: 1, retry_after: 5 }),
  },
  {
    label: 'Drop after accepting',
    testid: 'fault-drop',
    run: () => api.fault({ method: 'chat.postMessage', kind: 'drop_after', times: 1 }),
  },
  { label: 'Answer 500 once', testid: 'fault-500', run: () => api.fault({ method: '*', kind: 'error_500', times: 1 }) },
  { label: 'Disconnect socket', testid: 'fault-disconnect', run: () => api.disconnect('drop') },
  { label: 'Redeliver last', testid: 'fault-redeliver', run: () => api.redeliver() },
  { label: 'Same envelope twice', testid: 'fault-duplicate', run: () => api.duplicate(1) },
  { label: 'Clear faults', testid: 'fault-clear', run: () => api.clearFaults() },
];

async function misbehave(fault) {
  try {
    await fault.run();
    toast(`${fault.label}: set.`);
  } catch (error) {
    report(error);
  }
}

// Some workspaces refuse chart blocks: whether this one does stays until it is changed back.
function chartSwitch() {
  const box = h('input', { type: 'checkbox', data: { testid: 'charts-unknown' } });
  const show = () => {
    box.checked = !state.knowsCharts;
  };
  box.addEventListener('change', async () => {
    try {
      await api.knowCharts(!box.checked);
    } catch (error) {
      report(error);
      show();
    }
  });
  subscribe('charts workspace', show);
  show();
  return h('label', { class: 'fault-switch' }, box, ' This workspace does not know chart blocks');
}

/** The folded panel of buttons. */
export function faultPanel() {
  const buttons = FAULTS.map((fault) =>
    h(
      'button',
      { type: 'button', class: 'btn btn-small', data: { testid: fault.testid }, on: { click: () => misbehave(fault) } },
      fault.label,
    ),
  );
  return h(
    'details',
    { class: 'faults' },
    h('summary', {}, 'Make Slack misbehave'),
    h('div', { class: 'fault-buttons' }, buttons),
    chartSwitch(),
  );
}
