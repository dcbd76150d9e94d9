// The clock bar: the playground's date and time in the acting person's zone, ticking, and the moves that turn it.

import { api } from './api.js';
import { fill, h, report } from './dom.js';
import { icon } from './icons.js';
import { askConfirm, openPopover } from './popover.js';
import { changed, me, now, state, subscribe, takeClock } from './state.js';
import { clockTime, dateToWall, wallToDate, zoneName } from './time.js';

const zone = () => me()?.tz || 'UTC';

const MOVES = [
  { label: 'Next Monday 09:00', testid: 'clock-next-monday', body: () => ({ to: 'next monday 09:00', tz: zone() }) },
  { label: 'Tomorrow 09:00', testid: 'clock-tomorrow', body: () => ({ to: 'tomorrow 09:00', tz: zone() }) },
  { label: '+1 hour', testid: 'clock-hour', body: () => ({ advance_seconds: 3600 }) },
  { label: '+1 day', testid: 'clock-day', body: () => ({ advance_seconds: 86400 }) },
];

async function move(body) {
  try {
    takeClock(await api.moveClock(body));
    changed('clock messages');
  } catch (error) {
    report(error);
  }
}

async function setTo(wall) {
  if (!wall) return;
  const moment = wallToDate(wall, zone());
  const body = { set: moment.toISOString() };
  if (moment < now()) {
    const sure = await askConfirm({
      title: 'Move the clock back?',
      text: 'That moment has passed on the playground’s clock. Apps rarely expect time to run backwards.',
      confirm: 'Move it back',
      deny: 'Leave it',
      style: 'danger',
    });
    if (!sure) return;
    body.allow_back = true;
  }
  await move(body);
}

function moves(close) {
  const run = (body) => {
    close?.();
    move(body);
  };
  const field = h('input', {
    type: 'datetime-local',
    class: 'field clock-field',
    'aria-label': `Date and time in ${zone()}`,
    value: dateToWall(now(), zone()),
    data: { testid: 'clock-field' },
  });
  const form = h(
    'form',
    {
      class: 'clock-set',
      on: {
        submit: (event) => {
          event.preventDefault();
          const wall = field.value;
          close?.();
          setTo(wall);
        },
      },
    },
    field,
    h('button', { type: 'submit', class: 'btn btn-small', data: { testid: 'clock-set' } }, 'Set'),
  );
  return {
    buttons: MOVES.map((each) =>
      h(
        'button',
        {
          type: 'button',
          class: 'btn btn-small',
          data: { testid: each.testid },
          on: { click: () => run(each.body()) },
        },
        each.label,
      ),
    ),
    form,
  };
}

/** Draws the clock and its moves; on narrow screens the moves are behind the clock. */
export function clockBar(host) {
  const face = h('time', { class: 'clock-face', data: { testid: 'clock' } });
  const where = h('span', { class: 'clock-zone' });
  const open = h(
    'button',
    {
      type: 'button',
      class: 'clock-button',
      'aria-haspopup': 'dialog',
      'aria-expanded': 'false',
      title: 'Move the clock',
      data: { testid: 'clock-button' },
    },
    icon('clock'),
    face,
    where,
  );
  open.addEventListener('click', () => {
    const panel = moves(() => popover.close(true));
    const popover = openPopover(
      open,
      h(
        'div',
        { class: 'clock-panel' },
        h('p', { class: 'note' }, `Moves the playground’s clock. Times are in ${zone()}.`),
        h('div', { class: 'clock-buttons' }, panel.buttons),
        panel.form,
      ),
      { label: 'Move the clock', testid: 'clock-panel', tabCloses: false },
    );
    popover.panel.querySelector('button')?.focus();
  });
  fill(host, open, h('div', { class: 'clock-moves', role: 'group', 'aria-label': 'Move the clock' }, moves().buttons));
  const tick = () => {
    if (!state.clock.at) return;
    const moment = now();
    const day = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone(),
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
    })
      .format(moment)
      .replace(',', '');
    fill(
      face,
      h('span', { class: 'clock-day' }, day),
      h('span', { class: 'clock-time' }, clockTime(moment, me(), true)),
    );
    face.setAttribute('datetime', moment.toISOString());
    fill(where, zoneName(moment, zone()));
    open.setAttribute('aria-label', `Playground clock: ${day}, ${clockTime(moment, me())}, ${zone()}. Move it`);
  };
  setInterval(tick, 1000);
  subscribe('clock person workspace', tick);
}
