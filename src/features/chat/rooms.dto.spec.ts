import { describe, expect, it } from '@jest/globals';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import {
  HistoryQuery,
  KickDto,
  MessageParams,
  PageQuery,
  SanctionDto,
  SystemMessageDto,
} from './rooms.dto.js';

type Dto = new () => object;

const check = (metatype: Dto, data: object): Promise<unknown> =>
  new BodyValidationPipe().transform(data, { type: 'query', metatype });

describe('what REST calls about rooms say', () => {
  it.each<[Dto, object, object]>([
    [HistoryQuery, { since: '0', limit: '500' }, { since: 0, limit: 500 }],
    [HistoryQuery, { before: '9007199254740991' }, { before: Number.MAX_SAFE_INTEGER }],
    [HistoryQuery, {}, {}],
    [MessageParams, { room: 'ops', seq: '7' }, { room: 'ops', seq: 7 }],
    [PageQuery, { after: 'Émile 🙂' }, { after: 'Émile 🙂', limit: 100 }],
    [PageQuery, { limit: '3' }, { after: '', limit: 3 }],
    [SystemMessageDto, { body: 'x', meta: { valueOf: 1 } }, { body: 'x', meta: { valueOf: 1 } }],
    [SanctionDto, { reason: 'spam', forSeconds: 5 }, { reason: 'spam', forSeconds: 5 }],
  ])('takes %p %j', async (dto, data, expected) => {
    expect(await check(dto, data)).toEqual(expected);
  });

  it.each<[Dto, object]>([
    [KickDto, { reason: 'spam', forSeconds: 5 }],
    [HistoryQuery, { since: '' }],
    [HistoryQuery, { since: ' ' }],
    [HistoryQuery, { since: '-1' }],
    [HistoryQuery, { since: '1.5' }],
    [HistoryQuery, { since: ['1', '2'] }],
    [HistoryQuery, { since: '9007199254740993' }],
    [HistoryQuery, { before: '1e30' }],
    [HistoryQuery, { before: '9'.repeat(30) }],
    [HistoryQuery, { limit: '' }],
    [MessageParams, { room: 'ops', seq: '9'.repeat(30) }],
    [PageQuery, { after: 'a\0' }],
    [PageQuery, { after: '\ud800' }],
    [SystemMessageDto, { body: 'x', meta: { text: 'x'.repeat(4_096) } }],
    [SystemMessageDto, { body: 'x', meta: [] }],
    [SystemMessageDto, { body: 'x', clientMsgId: 'a b' }],
  ])('refuses %p %j', async (dto, data) => {
    await expect(check(dto, data)).rejects.toMatchObject({ status: 400 });
  });
});
