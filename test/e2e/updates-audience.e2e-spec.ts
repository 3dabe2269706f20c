import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';
import { signInDevice, updateData, UpdatesApi } from '../harness/updates-api.js';

let gateway: TestGateway;
let api: UpdatesApi;
beforeAll(async () => {
  gateway = await TestGateway.start();
  api = new UpdatesApi(gateway);
});
afterAll(() => gateway.close());

const pro = { roles: ['trader'], topics: ['fx', 'metals'], attrs: { plan: 'pro', seats: 5, beta: true } };

describe('an audience', () => {
  it('is matched by the claims of the token, all parts and any value of each', async () => {
    const ann = await signInDevice(gateway, 'ann', 'phone', pro);
    const ben = await signInDevice(gateway, 'ben', 'phone', { ...pro, attrs: { plan: 'free' } });
    const cid = await signInDevice(gateway, 'cid', 'phone', { roles: ['viewer'], topics: 'fx' });

    const audience = {
      rolesAny: ['trader', 'x'],
      topicsAny: ['metals'],
      attrs: { plan: ['pro', 'max'], seats: [5] },
    };
    const some = await api.send({ target: { audience }, delivery: 'live', data: 'some' });
    expect(some.matched).toEqual({ users: 1, connections: 1 });
    const fx = await api.send({
      target: { audience: { topicsAny: ['fx'] } },
      except: { users: ['ben'] },
      delivery: 'live',
      data: 'fx',
    });
    expect(fx.matched).toEqual({ users: 2, connections: 2 });
    await Promise.all([ann.nextMatching(({ data }) => data?.data === 'fx'), cid.next('update')]);
    expect(await updateData(ann)).toEqual(['some', 'fx']);
    expect(await updateData(ben)).toEqual([]);
    expect(await updateData(cid)).toEqual(['fx']);
  });

  it('includes who connects while the update is kept, for each device until it acknowledges', async () => {
    const audience = { rolesAny: ['night-shift'] };
    const { updateId, matched } = await api.send({ target: { audience }, data: 'fire drill' });
    expect(matched).toEqual({ users: 0, connections: 0 });
    const claims = { roles: ['night-shift'] };
    const phone = await signInDevice(gateway, 'dan', 'phone', claims);
    expect((await phone.next('update')).data.id).toBe(updateId);
    await phone.request('updates.ack', { ids: [updateId] });
    const again = await signInDevice(gateway, 'dan', 'phone', claims);
    const tablet = await signInDevice(gateway, 'dan', 'tablet', claims);
    const stranger = await signInDevice(gateway, 'eve', 'phone');
    expect((await tablet.next('update')).data.id).toBe(updateId);
    expect(await updateData(again)).toEqual([]);
    expect(await updateData(stranger)).toEqual([]);
    expect(await api.report(updateId, '?perUser=true')).toMatchObject({
      target: 'audience',
      matched: 2,
      acked: 1,
      perUser: [{ user: 'dan', state: 'acked' }],
    });
  });

  it.each([
    ['without a condition', {}],
    ['with an empty list', { rolesAny: [] }],
    ['with no attribute', { attrs: {} }],
    ['with an attribute without values', { attrs: { plan: [] } }],
    ['with a value that is no scalar', { attrs: { plan: [{}] } }],
    ['with attributes in a list', { attrs: [['plan']] }],
    ['with an unknown part', { rolesAny: ['x'], scopesAny: ['y'] }],
    ['that is null', null],
  ])('%s is refused', async (_what, audience) => {
    await api.post({ target: { audience }, delivery: 'live' }).expect(400);
  });
});

it('takes names that nobody can have for rejected, and the others all the same', async () => {
  const ann = await gateway.signIn('frieda');
  const long = 'x'.repeat(129);
  const answer = await api.send({ target: { users: ['frieda', 'a b', '', long] }, delivery: 'live' });
  expect(answer).toMatchObject({
    matched: { users: 1, connections: 1 },
    rejected: ['a b', '', long].map((user) => ({ user, code: 'validation' })),
  });
  expect((await ann.next('update')).data.id).toBe(answer.updateId);
});

describe('the right to send', () => {
  const targets = {
    all: { all: true },
    audience: { audience: { rolesAny: ['x'] } },
    users: { users: ['x'] },
  };
  const send = (scope: string, target: object) =>
    gateway.rest
      .post('/v1/updates')
      .set('authorization', `Bearer ${testToken({ scope })}`)
      .send({ target, event: 'x', data: 1, delivery: 'live' });

  it.each([
    ['broadcast', { all: 202, audience: 202, users: 202 }],
    ['broadcast:audience', { all: 403, audience: 202, users: 202 }],
    ['broadcast:users', { all: 403, audience: 403, users: 202 }],
    ['quotes', { all: 403, audience: 403, users: 403 }],
  ])('of the scope %s ends where it says', async (scope, expected) => {
    for (const kind of ['all', 'audience', 'users'] as const) {
      const { status } = await send(scope, targets[kind]);
      expect([kind, status]).toEqual([kind, expected[kind]]);
    }
  });

  it('is the right to the report, and to cancel', async () => {
    const { updateId } = await api.send({ target: { audience: { rolesAny: ['x'] } } });
    const as = (scope: string) => ({ authorization: `Bearer ${testToken({ scope })}` });
    await gateway.rest.get(`/v1/updates/${updateId}`).set(as('broadcast:users')).expect(403);
    await gateway.rest.delete(`/v1/updates/${updateId}`).set(as('broadcast:users')).expect(403);
    await gateway.rest.get('/v1/updates').set(as('broadcast:audience')).expect(403);
    await gateway.rest.get(`/v1/updates/${updateId}`).set(as('broadcast:audience')).expect(200);
    await gateway.rest.delete(`/v1/updates/${updateId}`).set(as('broadcast:audience')).expect(200);
    await gateway.rest.get(`/v1/updates/${updateId}`).expect(401);
  });
});
