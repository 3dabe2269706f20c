import { Type, plainToInstance } from 'class-transformer';
import { IsArray, IsInt, IsString, MaxLength, validateSync, ValidateNested } from 'class-validator';
import { describe, expect, it } from '@jest/globals';
import { fieldsOf } from './validation-fields.js';

class Inner {
  @IsInt()
  count!: number;
}

class Outer {
  @IsString()
  @MaxLength(3)
  name!: string;

  @ValidateNested()
  @Type(() => Inner)
  inner!: Inner;

  @IsArray()
  @IsInt({ each: true })
  list!: number[];
}

const fields = (data: object): string[] =>
  fieldsOf(validateSync(plainToInstance(Outer, data), { whitelist: true, forbidNonWhitelisted: true }));

const good = { name: 'abc', inner: { count: 1 }, list: [1] };

describe('the fields of a refusal', () => {
  it('are none where no rule is broken', () => {
    expect(fields(good)).toEqual([]);
  });

  it('name path and rule', () => {
    expect(fields({ ...good, name: 'abcd', inner: { count: 'x' } }).toSorted()).toEqual([
      'inner.count: isInt',
      'name: maxLength',
    ]);
  });

  it('never repeat what a client sent: neither a value nor a name of its own', () => {
    const sent = fields({ ...good, name: 'CONFIDENTIAL', CONFIDENTIAL: 1, list: ['CONFIDENTIAL'] });
    expect(sent).toHaveLength(3);
    expect(sent.join()).not.toContain('CONFIDENTIAL');
    expect(sent).toContain('(unknown field): whitelistValidation');
  });

  it('are bounded in number', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field${index}`, 1]));
    expect(fields({ ...good, ...many })).toHaveLength(16);
  });
});
