import { ValidateBy } from 'class-validator';

/** The name of a room that somebody makes. */
export const NEW_ROOM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A room by the name its maker gave it, or the generated one of a direct room. */
export const ROOM = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|dm:[A-Za-z0-9_-]{32})$/;

/** A user by the name in their token. */
export const USER = /^[^\p{C}\p{Z}]{1,128}$/u;

/** The sender's own id of a message. */
export const CLIENT_MSG_ID = /^[\x21-\x7e]{1,64}$/;

const MAX_META_BYTES = 4096;

/** The bound of a message's `meta`: 4 KiB as JSON. */
export function IsSmallDocument(): PropertyDecorator {
  return ValidateBy({
    name: 'isSmallDocument',
    validator: {
      validate: (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_META_BYTES,
    },
  });
}
