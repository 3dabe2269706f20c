/** The gateway's REST calls. Errors are problem details (RFC 9457). */

export class RestProblem extends Error {
  /** `fields` is the gateway's own member: the rules that were broken, by path. */
  constructor(status, { title, detail, fields = [] } = {}) {
    super(title ?? `HTTP ${status}`);
    this.status = status;
    this.detail = [detail, ...fields].filter(Boolean).join(' ');
  }

  /**
   * The same request would be refused again: the caller's fault, unless it merely came too early or too
   * often.
   */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** One line for a person. */
export function describeError(error) {
  if (error instanceof RestProblem) {
    return [`${error.status} ${error.message}`, error.detail].filter(Boolean).join(': ');
  }
  // fetch reports every network failure as a TypeError with a text that differs by browser.
  return error instanceof TypeError ? 'The server could not be reached.' : error.message;
}

export class RestClient extends EventTarget {
  #polled;

  /**
   * `call` events tell the frame log about every exchange; with `isPoll` only when the answer is not the one of the
   * last poll.
   */
  async call(method, path, { body, token, headers, isPoll = false } = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(path, {
      method,
      body: text,
      headers: {
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const answerText = await response.text();
    if (!isPoll || answerText !== this.#polled) {
      this.dispatchEvent(
        new CustomEvent('call', { detail: { method, path, text, status: response.status, answerText } }),
      );
    }
    this.#polled = isPoll ? answerText : this.#polled;
    const answer = parse(answerText);
    if (!response.ok) {
      throw new RestProblem(response.status, answer);
    }
    return answer;
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
