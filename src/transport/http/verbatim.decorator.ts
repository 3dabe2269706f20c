import { Transform } from 'class-transformer';

/**
 * A field of any JSON, passed on as it came. class-transformer copies other fields key by key, and leaves out those that
 * are named like a method of every object: `toString`, `valueOf`, `hasOwnProperty`.
 */
export const Verbatim = (): PropertyDecorator =>
  Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);
