/** A reproducible source of choices: the same seed, the same run. */
export class Choices {
  constructor(private readonly random: () => number) {}

  /** 0 to `end` - 1. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  of<T>(options: readonly T[]): T {
    return options[this.below(options.length)]!;
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }
}

/** Text that parsers, validators and object stores stumble over. */
const TOKENS = [
  ...'{ } [ ] " , : \\ / - . \0 \uFEFF \u2028'.split(' '),
  ...'\\u0000 \\ud800 null true NaN 1e400 9007199254740993 -0 [[[[[[[[[[[[[[[[[ {"a":{"a":{"a":'.split(' '),
  ...'"__proto__" "constructor" "prototype" "toString" "id" "event" "data" "length"'.split(' '),
];

/** Text with one to four edits: cut, doubled, replaced, or a token put in. */
export function mutatedText(text: string, choices: Choices, tokens: readonly string[] = TOKENS): string {
  let mutated = text;
  for (let edits = 1 + choices.below(4); edits > 0; edits -= 1) {
    const from = choices.below(mutated.length + 1);
    const to = from + choices.below(Math.min(12, mutated.length - from + 1));
    const middle = choices.of(['', mutated.slice(from, to).repeat(2), choices.of(tokens)]);
    mutated = mutated.slice(0, from) + middle + mutated.slice(choices.isOneIn(3) ? from : to);
  }
  return mutated;
}

/** Values that no field expects, and keys that no object should have. */
const ODD_VALUES: readonly unknown[] = JSON.parse(
  String.raw`[null, true, 0, -1, 1.5, 1e300, 9007199254740992, "", " ", "*", "\u0000", "\ud800", "\u202E",
    [], {}, [[]], [null], {"length": 5}, {"toString": 1}, {"a": {"a": {"a": {}}}}]`,
);
const ODD_KEYS = ['__proto__', 'constructor', 'toString', 'length', '', '0', 'event', 'data', 'then'];

/** JSON with one place changed: another value, a key too many, a key of another name, an element too many. */
export function mutatedValue(value: unknown, choices: Choices): unknown {
  if (typeof value !== 'object' || value === null || choices.isOneIn(4)) {
    return choices.of(ODD_VALUES);
  }
  if (Array.isArray(value)) {
    const at = choices.below(value.length + 1);
    return value.toSpliced(at, choices.below(2), mutatedValue(value[at], choices));
  }
  const entries = Object.entries(value);
  const at = choices.below(entries.length + 1);
  const [key, child] = entries[at] ?? [choices.of(ODD_KEYS), value];
  const changed = [choices.isOneIn(4) ? choices.of(ODD_KEYS) : key, mutatedValue(child, choices)] as const;
  return Object.fromEntries(entries.toSpliced(at, 1, [...changed]));
}

/** Bytes with one to three edits, most of them near the start, where headers are. */
export function mutatedBytes(bytes: Buffer, choices: Choices): Buffer {
  let mutated = Buffer.from(bytes);
  for (let edits = 1 + choices.below(3); edits > 0; edits -= 1) {
    const end = choices.isOneIn(3) ? mutated.length : Math.min(14, mutated.length);
    const at = choices.below(Math.max(1, end));
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at + 1)];
    const inserted = Buffer.from([choices.below(256)]);
    mutated = choices.of([
      () => Buffer.concat([before, Buffer.from([(mutated[at] ?? 0) ^ (1 << choices.below(8))]), after]),
      () => Buffer.concat([before, inserted, after]),
      () => Buffer.concat([before, inserted, mutated.subarray(at)]),
      () => Buffer.concat([before, after]),
      () => before,
    ])();
  }
  return mutated;
}
