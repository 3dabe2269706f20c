/** JSON as laid-out, coloured text, built of spans. Text that is not JSON is shown as it is. */

const LINE_LENGTH = 100;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)/g;

export function showJson(element, text) {
  element.replaceChildren(...coloured(text));
}

/** @param text one JSON text, or several on lines of their own */
export function indented(text) {
  return text.split('\n').map(indentedLine).join('\n');
}

/** Short values stay on one line, as people write them in documentation. */
export function compact(value) {
  const line = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
  return line.length <= LINE_LENGTH ? line : JSON.stringify(value, null, 2);
}

function indentedLine(line) {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return line;
  }
}

function* coloured(text) {
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match;
    yield text.slice(end, match.index);
    yield span(
      string ? (colon ? 'json-key' : 'json-string') : word ? 'json-word' : 'json-number',
      string ?? whole,
    );
    yield colon ?? '';
    end = match.index + whole.length;
  }
  yield text.slice(end);
}

function span(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
