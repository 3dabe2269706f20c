import { OPCODE, readServerFrame } from './raw-frame.js';

/** The text messages of frames that stand one behind the other, parsed as JSON; throws on anything else. */
export function messagesIn(bytes: Uint8Array): unknown[] {
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: unknown[] = [];
  while (rest.length > 0) {
    const read = readServerFrame(rest);
    if (read === undefined || !read[0].fin || read[0].opcode !== OPCODE.text) {
      throw new Error('Not a whole text message');
    }
    messages.push(JSON.parse(read[0].payload.toString('utf8')));
    rest = rest.subarray(read[1]);
  }
  return messages;
}
