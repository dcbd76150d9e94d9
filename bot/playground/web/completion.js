// What the composer can complete: slash commands of the manifest, people and user groups after @, channels after #.
// Pure; the pop-up is in composer.js.

import { people, personName, state } from './state.js';

const LIMIT = 8;

function commands(text, caret) {
  const word = /^\/[^\s]*$/.exec(text.slice(0, caret));
  if (!word) return null;
  const typed = word[0].toLowerCase();
  const items = (state.app.commands ?? [])
    .filter((row) => row.command.toLowerCase().startsWith(typed))
    .map((row) => ({
      insert: `${row.command} `,
      label: row.command,
      usage: row.usage_hint ?? '',
      note: row.description ?? '',
      exact: row.command === text.trim(),
    }));
  return { from: 0, to: caret, items };
}

const groupNote = (group) =>
  `${group.name} · group of ${group.members.length} ${group.members.length === 1 ? 'person' : 'people'}`;

function mentions(text, caret) {
  const word = /(?:^|[\s(])([@#])([\p{L}\p{N}._-]*)$/u.exec(text.slice(0, caret));
  if (!word) return null;
  const [, sign, typed] = word;
  const matches = (...names) =>
    names.some((name) =>
      name
        ?.toLowerCase()
        .split(/\s+/)
        .some((part) => part.startsWith(typed.toLowerCase())),
    );
  const rows =
    sign === '@'
      ? [
          ...people()
            .filter((user) => matches(user.name, user.real_name, user.display_name))
            .map((user) => ({ insert: `@${user.name} `, label: personName(user.id), note: `@${user.name}` })),
          ...[...state.groups.values()]
            .filter((group) => matches(group.handle, group.name))
            .map((group) => ({ insert: `@${group.handle} `, label: `@${group.handle}`, note: groupNote(group) })),
          ...['here', 'channel']
            .filter((name) => typed && name.startsWith(typed))
            .map((name) => ({ insert: `@${name} `, label: `@${name}`, note: 'Notifies people in this channel' })),
        ]
      : [...state.channels.values()]
          .filter(
            (row) =>
              !row.is_archived &&
              state.conversations.some((mine) => mine.id === row.id) &&
              row.name.includes(typed.toLowerCase()),
          )
          .map((row) => ({ insert: `#${row.name} `, label: `#${row.name}`, note: row.topic ?? '' }));
  // A name typed in full is complete: Enter then sends, as it does for a command typed in full.
  const items = rows
    .slice(0, LIMIT)
    .map((row) => ({ ...row, exact: row.insert.trim().toLowerCase() === `${sign}${typed}`.toLowerCase() }));
  return { from: caret - typed.length - 1, to: caret, items };
}

/** What fits at the caret: {from, to, items: [{insert, label, note, usage?, exact?}]}, or null. */
export function completions(text, caret) {
  const found = commands(text, caret) ?? mentions(text, caret);
  return found && found.items.length ? found : null;
}

/** The manifest's entry for the command a text begins with, once its name is complete. */
export function commandOf(text) {
  const name = /^(\/\S+)(\s|$)/.exec(text)?.[1];
  return name ? ((state.app.commands ?? []).find((row) => row.command === name) ?? null) : null;
}
