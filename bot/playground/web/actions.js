// A person's clicks on their way to the app: builds what blocks.js needs to draw a surface, and shows when the app
// does not answer.

import { api } from './api.js';
import { announce, fill, h } from './dom.js';
import { icon } from './icons.js';
import { state } from './state.js';

const WORDS = {
  operation_timeout: 'did not answer within 3 seconds',
  dispatch_failed: 'could not be reached',
  unreachable: 'could not be reached',
};

/** A sentence for an action that failed, as Slack puts it next to the control. */
export function failureWords(error) {
  return `${state.app.name ?? 'The app'} ${WORDS[error] ?? 'ran into a problem'} (${error}).`;
}

/** The context blocks are drawn in: container is what /page/action wants, notice is where a failure is shown. */
export function surfaceContext({ surface, container, values, blocks, notice, prefix, errors }) {
  const act = async (element, payload, blockId) => {
    fill(notice);
    const as = state.me;
    let error;
    try {
      const body = {
        container,
        block_id: blockId,
        action_id: element.action_id,
        value: payload,
        state: values.toState(blocks),
      };
      const answer = await api.action(as, body);
      error = answer.ok === false ? answer.error : null;
    } catch (failure) {
      error = failure.error ?? 'unreachable';
    }
    if (!error || as !== state.me) return;
    fill(
      notice,
      h(
        'div',
        { class: 'action-error', role: 'alert', data: { testid: 'action-error' } },
        icon('warn'),
        failureWords(error),
      ),
    );
    announce(failureWords(error));
  };
  return { surface, values, act, prefix, errors, viewId: container.view_id };
}
