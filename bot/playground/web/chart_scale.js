// Numbers to positions: round ticks, ranges, number words for charts. Pure functions; no DOM.

// A true minus: screen readers say it, a hyphen they may leave out.
const minus = (text) => text.replace('-', '\u2212');

function formats(locale) {
  const short = { notation: 'compact', maximumFractionDigits: 1 };
  const full = { maximumFractionDigits: 2 };
  try {
    return [new Intl.NumberFormat(locale, short), new Intl.NumberFormat(locale, full)];
  } catch {
    return formats('en-US');
  }
}

/** How a chart writes its numbers for somebody with this locale: `short` on an axis ("12.5M", "12,5 jt"), `full` in
 *  tables and titles. A chart block has no language; whose Slack it is decides. */
export function numbersFor(locale) {
  const [compact, plain] = formats(locale || 'en-US');
  return {
    short: (value) => minus(Math.abs(value) >= 10000 ? compact.format(value) : plain.format(value)),
    full: (value) => minus(plain.format(value)),
  };
}

function roundStep(raw) {
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10);
}

/** Round tick values that cover the numbers; `zero` makes the range start at nought (bars and areas must). */
export function ticksFor(values, zero) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (zero || (low > 0 && low < high * 0.4)) low = Math.min(0, low);
  if (zero) high = Math.max(0, high);
  if (low === high) {
    low -= zero && low === 0 ? 0 : 1;
    high += 1;
  }
  const step = roundStep((high - low) / 4);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A function from values to pixels: the range [from, to] onto [start, end]. */
export function scale(from, to, start, end) {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Every how many labels one fits, when each needs `room` pixels. */
export function labelEvery(count, width, room) {
  return Math.max(1, Math.ceil((count * room) / width));
}
