// What a person typed and chose in the blocks of one message or view, in the shape of Slack's state.values. No DOM,
// no requests.

const PICKS = {
  plain_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  static_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'],
  multi_users_select: ['selected_users', 'initial_users'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  channels_select: ['selected_channel', 'initial_channel'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  file_input: ['files', 'initial_files'],
};

/** The field of an element type's state ("selected_option"), or undefined for one that keeps none. */
export function stateField(type) {
  return PICKS[type]?.[0];
}

const isMany = (type) => type === 'checkboxes' || type === 'file_input' || type.startsWith('multi_');

// What is sent of a value: nothing for an empty text, and of files those that are on the server by now.
function sent(type, value) {
  if (type === 'file_input') return value.filter((file) => file.id);
  return value === '' ? null : value;
}

// Every element that keeps state, with the id of its block, also inside containers.
function* stateful(blocks) {
  for (const block of blocks ?? []) {
    const inside = [block.element, block.accessory, ...(block.type === 'actions' ? (block.elements ?? []) : [])];
    for (const element of inside) if (element && PICKS[element.type]) yield [block, element];
    if (block.child_blocks) yield* stateful(block.child_blocks);
  }
}

const keyOf = (blockId, actionId) => `${blockId}\u0000${actionId}`;

/** The values of one message or view; an entry lives as long as its block_id, action_id and element type do. */
export class Values {
  constructor() {
    this.entries = new Map();
    this.kept = {};
  }

  /** Takes over the state.values that came with a view: where nothing was typed here, they stand before the initial
   * values, because an update does not reset an input whose ids stay the same. */
  keep(values) {
    this.kept = values ?? {};
  }

  /** The current value of an element's state field: what was typed, else what Slack keeps, else its initial value. */
  get(blockId, element) {
    const entry = this.entries.get(keyOf(blockId, element.action_id));
    if (entry && entry.type === element.type) return entry.value;
    const kept = this.kept[blockId]?.[element.action_id];
    if (kept?.type === element.type) return kept[stateField(element.type)] ?? (isMany(element.type) ? [] : null);
    const initial = element[PICKS[element.type]?.[1]];
    return initial ?? (isMany(element.type) ? [] : null);
  }

  /** Remembers what was typed or chosen. */
  set(blockId, element, value) {
    this.entries.set(keyOf(blockId, element.action_id), { type: element.type, value });
  }

  /** Forgets entries whose element is no longer there, as Slack does when a view or message is updated. */
  prune(blocks) {
    const alive = new Set([...stateful(blocks)].map(([block, element]) => keyOf(block.block_id, element.action_id)));
    for (const key of this.entries.keys()) if (!alive.has(key)) this.entries.delete(key);
  }

  /** Slack's state.values for the blocks. */
  toState(blocks) {
    const out = {};
    for (const [block, element] of stateful(blocks)) {
      out[block.block_id] ??= {};
      const value = this.get(block.block_id, element);
      out[block.block_id][element.action_id] = {
        type: element.type,
        [stateField(element.type)]: sent(element.type, value),
      };
    }
    return out;
  }
}
