import { expect, it } from '@jest/globals';
import { stackFramesOf } from './stack-frames.js';

it('names the kind of error and where it came from, and nothing it says', () => {
  const text = stackFramesOf(new TypeError('secret\n    of two lines'))!;
  expect(text).toMatch(/^TypeError\n +at /);
  expect(text).not.toContain('secret');
  expect(text).not.toContain('two lines');
});

it('has nothing to tell of what is no error', () => {
  expect(stackFramesOf('secret')).toBeUndefined();
});
