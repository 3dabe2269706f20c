/** A form that becomes one request, and says what came of it. */
import { byId, setText } from '../dom.js';
import { describeError } from '../rest.js';

/**
 * @param {() => Promise<{ text: string, kind: 'good' | 'none' }>} send what to say; `none`: nobody matched, which must
 * not look like success
 */
export function requestForm(formId, resultId, send) {
  const result = byId(resultId);
  const say = (text, kind = '') => {
    setText(result, text);
    result.dataset.kind = kind;
  };
  byId(formId).addEventListener('submit', async (event) => {
    event.preventDefault();
    const { submitter } = event;
    submitter.disabled = true;
    say('Sending…');
    try {
      const { text, kind } = await send();
      say(text, kind);
    } catch (error) {
      say(describeError(error), 'bad');
    } finally {
      submitter.disabled = false;
    }
  });
}
