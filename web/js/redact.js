/** Takes credentials out of text before it is kept or shown. A log is a thing people paste into tickets. */

const TOKEN_FIELD = /("token"\s*:\s*")(?:[^"\\]|\\.)*/g;
const ANY_JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

export function redact(text) {
  return text.replace(TOKEN_FIELD, '$1[redacted]').replace(ANY_JWT, '[redacted]');
}
