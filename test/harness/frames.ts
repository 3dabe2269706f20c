/** The text messages of unmasked frames that stand one behind the other, parsed as JSON; throws on half a frame. */
export function messagesIn(bytes: Uint8Array): unknown[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: unknown[] = [];
  let offset = 0;
  while (offset < buffer.length) {
    if (buffer[offset] !== 0x81) {
      throw new Error('Not a whole text message');
    }
    const short = buffer[offset + 1]!;
    const [start, length] =
      short < 126
        ? [offset + 2, short]
        : short === 126
          ? [offset + 4, buffer.readUInt16BE(offset + 2)]
          : [offset + 10, Number(buffer.readBigUInt64BE(offset + 2))];
    offset = start + length;
    if (offset > buffer.length) {
      throw new Error('Half a frame');
    }
    messages.push(JSON.parse(buffer.toString('utf8', start, offset)));
  }
  return messages;
}
