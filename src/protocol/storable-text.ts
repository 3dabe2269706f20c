/** Text every store can hold: PostgreSQL takes no NUL, and a lone surrogate is no Unicode text (RFC 8259 section 8.2). */
// oxlint-disable-next-line no-control-regex
export const STORABLE = /^[^\0\p{Cs}]*$/u;
