import { describe, expect, it } from '@jest/globals';
import { directRoomId, isDirectRoomId } from './direct-room.js';

describe('the room of two users', () => {
  it('is the same whoever writes first', () => {
    expect(directRoomId('alice', 'bob')).toBe(directRoomId('bob', 'alice'));
  });

  it('is not the room of two others whose names join to the same text', () => {
    expect(directRoomId('a', 'bc')).not.toBe(directRoomId('ab', 'c'));
  });

  it('has a name that no room of the back office can have', () => {
    expect(directRoomId('alice', '💬|*>')).toMatch(/^dm:[A-Za-z0-9_-]{32}$/);
    expect(isDirectRoomId(directRoomId('alice', 'bob'))).toBe(true);
    expect(isDirectRoomId('lobby')).toBe(false);
  });
});
