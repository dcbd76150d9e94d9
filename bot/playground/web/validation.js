// What Slack's client checks before it submits a modal: required inputs, lengths, numbers, addresses. Pure; the app
// checks the rest.

const blank = (value) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);

function textProblem(element, value) {
  const length = [...String(value)].length;
  if (element.min_length && length < element.min_length) return `Write at least ${element.min_length} characters.`;
  if (element.max_length && length > element.max_length) return `Write at most ${element.max_length} characters.`;
  return null;
}

function numberProblem(element, value) {
  const number = Number(value);
  if (!/^-?\d*\.?\d+$/.test(String(value).trim()) || !Number.isFinite(number))
    return 'Enter a number, with a point before decimals.';
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return 'Enter a whole number.';
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Enter ${element.max_value} or less.`;
  return null;
}

const filesProblem = (_, value) =>
  value.some((file) => file.pending) ? 'Wait until the files are uploaded.' : null;

const CHECKS = {
  file_input: filesProblem,
  plain_text_input: textProblem,
  number_input: numberProblem,
  email_text_input: (_, value) => (/^\S+@\S+\.\S+$/.test(value) ? null : 'Enter an email address.'),
  url_text_input: (_, value) =>
    /^https?:\/\/\S+$/.test(value) ? null : 'Enter a web address that begins with https://.',
};

/** block_id -> sentence for every input that cannot be submitted as it is. */
export function problems(blocks, values) {
  const out = {};
  for (const block of blocks) {
    if (block.type !== 'input') continue;
    const value = values.get(block.block_id, block.element);
    const problem = blank(value)
      ? block.optional
        ? null
        : 'Please complete this required field.'
      : CHECKS[block.element.type]?.(block.element, value);
    if (problem) out[block.block_id] = problem;
  }
  return out;
}
