// Times as the acting person sees them: their zone, the playground's clock. Pure functions; no state and no DOM.

const EN = 'en-US';

/** 12-hour time for en-US people, 24-hour for everybody else, as their Slack would show it. */
function usesTwelveHours(locale) {
  return !locale || /^en[-_](US|CA|AU|PH)/i.test(locale);
}

function format(date, tz, options, locale = EN) {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: tz || 'UTC', ...options }).format(date);
  } catch {
    return new Intl.DateTimeFormat(EN, { timeZone: 'UTC', ...options }).format(date);
  }
}

/** A Slack ts ("1790000000.000100") as a Date. */
export function tsDate(ts) {
  return new Date(Number(ts) * 1000);
}

/** The clock time of a moment, e.g. "3:05 PM" or "15:05". */
export function clockTime(date, person, seconds = false) {
  const twelve = usesTwelveHours(person?.locale);
  const options = { hour: twelve ? 'numeric' : '2-digit', minute: '2-digit', hour12: twelve };
  if (!twelve) options.hourCycle = 'h23';
  if (seconds) options.second = '2-digit';
  return format(date, person?.tz, twelve ? options : { ...options, hour12: undefined }, twelve ? EN : 'en-GB');
}

/** The local calendar day as "2026-11-26" in a zone: equal keys are the same day. */
export function dayKey(date, tz) {
  return format(date, tz, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');
}

function ordinal(day) {
  const tail = day % 100;
  if (tail >= 11 && tail <= 13) return `${day}th`;
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}

/** "Today", "Yesterday" or "Thursday, November 26th" (with the year when it is another one). */
export function dayLabel(date, now, tz) {
  const key = dayKey(date, tz);
  if (key === dayKey(now, tz)) return 'Today';
  if (key === dayKey(new Date(now.getTime() - 86400000), tz)) return 'Yesterday';
  const [year, , day] = key.split('-');
  const [weekday, month] = [{ weekday: 'long' }, { month: 'long' }].map((options) => format(date, tz, options));
  const label = `${weekday}, ${month} ${ordinal(Number(day))}`;
  return year === dayKey(now, tz).slice(0, 4) ? label : `${label}, ${year}`;
}

/** The full moment for titles: "Thursday, November 26, 2026 at 15:05:09". */
export function fullMoment(date, person) {
  const day = format(date, person?.tz, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
  return `${day} at ${clockTime(date, person, true)}`;
}

/** The zone's short name at a moment: "WIB", "GMT+7". */
export function zoneName(date, tz) {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: tz || 'UTC', timeZoneName: 'short' }).formatToParts(date);
  return parts.find((piece) => piece.type === 'timeZoneName')?.value ?? 'UTC';
}

/** Compact distance: "5 minutes ago", "in 2 days". */
export function ago(date, now) {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const units = [
    ['year', 31536000],
    ['month', 2592000],
    ['day', 86400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/** Slack's date tokens ({date_short_pretty} at {time} …) for a moment in the viewer's zone. */
export function dateTokens(pattern, date, person, now) {
  const tz = person?.tz;
  const [year, month, day] = dayKey(date, tz).split('-');
  const pretty = (plain) => {
    const distance = Math.round((Date.parse(dayKey(date, tz)) - Date.parse(dayKey(now, tz))) / 86400000);
    return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[distance] ?? plain;
  };
  const long = format(date, tz, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
  const medium = format(date, tz, { month: 'long', day: 'numeric', year: 'numeric' });
  const short = format(date, tz, { month: 'short', day: 'numeric', year: 'numeric' });
  const slashed = `${month}/${day}/${year}`;
  const values = {
    date_num: `${year}-${month}-${day}`,
    date: medium,
    date_long: long,
    date_short: short,
    date_slash: slashed,
    date_pretty: pretty(medium),
    date_long_pretty: pretty(long),
    date_short_pretty: pretty(short),
    day_divider_pretty: pretty(long),
    date_long_full: long,
    time: clockTime(date, person),
    time_secs: clockTime(date, person, true),
    ago: ago(date, now),
  };
  const text = pattern.replace(/\{(\w+)\}/g, (whole, token) => values[token] ?? whole);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Minutes a zone is ahead of UTC at a moment. */
function offsetMinutes(date, tz) {
  const parts = new Intl.DateTimeFormat(EN, {
    timeZone: tz || 'UTC',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(date);
  const get = (type) => Number(parts.find((piece) => piece.type === type).value);
  const wall = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
  return Math.round((wall - Math.floor(date.getTime() / 1000) * 1000) / 60000);
}

/** A wall-clock "2026-11-30T09:00" in a zone as a Date; in a gap the time moves forward by the gap. */
export function wallToDate(wall, tz) {
  const naive = Date.parse(`${wall}Z`);
  const first = naive - offsetMinutes(new Date(naive), tz) * 60000;
  return new Date(naive - offsetMinutes(new Date(first), tz) * 60000);
}

/** A Date as the wall clock of a zone: "2026-11-30T09:00". */
export function dateToWall(date, tz) {
  return new Date(date.getTime() + offsetMinutes(date, tz) * 60000).toISOString().slice(0, 16);
}
