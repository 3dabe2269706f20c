import { webcrypto } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HookSignature } from './hook-signature.js';

describe('the signature of a call', () => {
  it('is that of the reference vector of Standard Webhooks', () => {
    const signature = new HookSignature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const headers = signature.headersFor(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330_999,
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('takes a secret without the prefix as the key itself', async () => {
    const secret = 'a plain secret of more than 32 bytes: ü';
    const headers = new HookSignature(secret).headersFor('id', 5_000, '{"ü":"🙂"}');
    const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const key = await webcrypto.subtle.importKey('raw', encode(secret), hmac, false, ['verify']);
    const digest = Buffer.from(headers['webhook-signature']!.slice('v1,'.length), 'base64');
    expect(await webcrypto.subtle.verify(hmac, key, digest, encode('id.5.{"ü":"🙂"}'))).toBe(true);
    expect(await webcrypto.subtle.verify(hmac, key, digest, encode('id.5.{"ü":"🙁"}'))).toBe(false);
  });

  it('refuses a secret that is too short once it is decoded', () => {
    expect(() => new HookSignature(`whsec_${Buffer.alloc(23).toString('base64')}`)).toThrow(/24 bytes/);
    expect(() => new HookSignature('whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!')).toThrow(/24 bytes/);
    expect(() => new HookSignature(`whsec_${Buffer.alloc(24).toString('base64')}`)).not.toThrow();
  });
});
