import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, configFrom } from './load-config.js';

const SECRET = 'a-secret-nobody-may-ever-read-in-a-log';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: typeof rsa.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();
const PUBLIC_KEY = pemOf(rsa.publicKey);
const PRODUCTION = { NODE_ENV: 'production', JWT_SECRET: 's'.repeat(32) };

function errorOf(env: Record<string, string | undefined>): ConfigError {
  try {
    configFrom(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('The environment was accepted');
}

const faultsOf = (env: Record<string, string | undefined>): readonly string[] => errorOf(env).faults;

describe('configuration', () => {
  let folder: string;
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('an empty environment', () => {
    it('gives a demo on port 3000 with a secret that is new at every boot', () => {
      const [first, second] = [configFrom({}), configFrom({})];
      expect(first).toMatchObject({ isDemo: true, isProduction: false, http: { port: 3000 } });
      expect(first.auth.key).toEqual({ secret: expect.stringMatching(/^.{64}$/) });
      expect(first.auth.key).not.toEqual(second.auth.key);
    });

    it('never allows every origin', () => {
      expect(configFrom({}).allowedOrigins).toEqual([]);
    });
  });

  it('counts an empty or blank variable as unset', () => {
    const config = configFrom({ PORT: '', HOST: '   ', JWT_ISSUER: '', ALLOWED_ORIGINS: ' ', DEMO: '' });
    expect(config.http).toMatchObject({ port: 3000, host: '0.0.0.0' });
    expect(config).toMatchObject({ isDemo: true, allowedOrigins: [], auth: { issuer: undefined } });
  });

  it('ignores variables it does not know', () => {
    expect(() => configFrom({ PATH: '/bin', PORTS: 'x', toString: 'x', constructor: 'x' })).not.toThrow();
  });

  it('freezes the result to the last list', () => {
    const config = configFrom({ API_KEYS: `ops:${'0'.repeat(64)}:broadcast` });
    const parts: unknown[] = [config];
    for (const part of parts) {
      expect(Object.isFrozen(part)).toBe(true);
      parts.push(...Object.values(part as object).filter((value) => typeof value === 'object' && value));
    }
    expect(parts.length).toBeGreaterThan(10);
  });

  it('reads lists, numbers and booleans as they are written by people', () => {
    const config = configFrom({
      JWT_SECRET: SECRET,
      PORT: ' 8080 ',
      DEMO: 'FALSE',
      AUTH_QUERY_TOKEN: '1',
      QUOTES_SYMBOLS: ' AAPL , MSFT,, AAPL ',
      JWT_ALGORITHMS: 'HS256, HS512',
    });
    expect(config).toMatchObject({ isDemo: false, http: { port: 8080 } });
    expect(config.auth).toMatchObject({ isQueryTokenAllowed: true, algorithms: ['HS256', 'HS512'] });
    expect(config.quotes.symbols).toEqual(['AAPL', 'MSFT']);
  });

  describe('faults', () => {
    it('are listed all at once, one a line', () => {
      const error = errorOf({
        NODE_ENV: 'staging',
        PORT: 'abc',
        LOG_LEVEL: 'loud',
        BROKER_URL: 'redis://x',
        AUTH_QUERY_TOKEN: 'maybe',
        JWT_ALGORITHMS: 'HS256,none',
        QUOTES_FEED: 'bloomberg',
        QUOTES_SYMBOLS: 'AAPL,*',
        LIMIT_SUBSCRIPTIONS: '-1',
      });
      for (const name of [
        'NODE_ENV',
        'PORT',
        'LOG_LEVEL',
        'BROKER_URL',
        'AUTH_QUERY_TOKEN',
        'JWT_ALGORITHMS',
        'QUOTES_FEED',
        'QUOTES_SYMBOLS',
        'LIMIT_SUBSCRIPTIONS',
      ]) {
        expect(error.faults.filter((fault) => fault.includes(name))).not.toEqual([]);
      }
      expect(error.message.split('\n')).toHaveLength(error.faults.length + 1);
    });

    it('across variables are listed all at once, too', () => {
      const faults = faultsOf({
        NODE_ENV: 'production',
        DEMO: 'true',
        WS_HEARTBEAT_INTERVAL_MS: '5000',
        WS_HEARTBEAT_TIMEOUT_MS: '5000',
        ALLOWED_ORIGINS: '*',
        TRUSTED_PROXIES: 'proxy',
        API_KEYS: 'ops',
      });
      expect(faults).toEqual([
        expect.stringMatching(/^DEMO must be false in production/),
        expect.stringMatching(/^WS_HEARTBEAT_TIMEOUT_MS must be greater/),
        expect.stringMatching(/^ALLOWED_ORIGINS/),
        expect.stringMatching(/^TRUSTED_PROXIES/),
        expect.stringMatching(/^JWT_SECRET or JWT_PUBLIC_KEY is needed/),
        expect.stringMatching(/^API_KEYS/),
      ]);
    });

    it('name variables and never their values', () => {
      const poison = 'P0ISON';
      const names = [
        'NODE_ENV',
        'PORT',
        'DEMO',
        'LOG_LEVEL',
        'HTTP_MAX_BODY_BYTES',
        'BROKER_URL',
        'JWT_ALGORITHMS',
      ];
      const invalid = Object.fromEntries(
        [...names, 'QUOTES_FEED', 'QUOTES_SEED'].map((name) => [name, poison]),
      );
      const acrossVariables = {
        NODE_ENV: 'production',
        JWT_SECRET: poison,
        JWT_PUBLIC_KEY: `-----BEGIN PUBLIC KEY-----\n${poison}\n-----END PUBLIC KEY-----`,
        ALLOWED_ORIGINS: `${poison}/path`,
        TRUSTED_PROXIES: poison,
        API_KEYS: `${poison}:${poison}:x`,
      };
      for (const env of [invalid, acrossVariables, { JWT_SECRET_FILE: `/no/such/${poison}` }]) {
        const { message, faults } = errorOf(env);
        expect(faults.length).toBeGreaterThan(0);
        expect(message).not.toContain(poison);
      }
    });
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '1.5'],
    ['PORT', '1e3'],
    ['PORT', '0x50'],
    ['PORT', '-1'],
    ['DRAIN_WINDOW_MS', '2147483648'],
    ['JWT_CLOCK_TOLERANCE_SECONDS', '61'],
    ['JWT_MAX_AGE_SECONDS', '0'],
    ['WS_MAX_PAYLOAD_BYTES', '0'],
    ['QUOTES_INTERVAL_MS', '0'],
    ['QUOTES_INTERVAL_MS', 'Infinity'],
  ])('refuses %s=%s', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults.filter((fault) => fault.startsWith(`${name} must`))).toEqual(faults);
  });

  describe('production', () => {
    it('takes a secret of 256 bits and is no demo', () => {
      expect(configFrom(PRODUCTION)).toMatchObject({ isProduction: true, isDemo: false });
    });

    it('refuses to start without a key', () => {
      expect(faultsOf({ NODE_ENV: 'production' })).toEqual([
        'JWT_SECRET or JWT_PUBLIC_KEY is needed in production',
      ]);
    });

    it('refuses an HMAC secret below 256 bits, counted in bytes', () => {
      expect(faultsOf({ ...PRODUCTION, JWT_SECRET: 's'.repeat(31) })).toEqual([
        'JWT_SECRET must have at least 256 bits in production',
      ]);
      expect(() => configFrom({ ...PRODUCTION, JWT_SECRET: 'é'.repeat(16) })).not.toThrow();
    });

    it('refuses DEMO=true', () => {
      expect(faultsOf({ ...PRODUCTION, DEMO: 'true' })).toEqual([
        'DEMO must be false in production: it hands out tokens to anybody who asks',
      ]);
    });
  });

  describe('secrets in files', () => {
    it('are read and trimmed', () => {
      const path = file('secret', `${SECRET}\n`);
      expect(configFrom({ JWT_SECRET_FILE: path }).auth.key).toEqual({ secret: SECRET });
    });

    it('may hold the public key', () => {
      const { key } = configFrom({ JWT_PUBLIC_KEY_FILE: file('public.pem', PUBLIC_KEY) }).auth;
      expect(key).toEqual({ publicKeys: [PUBLIC_KEY.trim()] });
    });

    it('are refused beside the variable itself', () => {
      expect(faultsOf({ JWT_SECRET: SECRET, JWT_SECRET_FILE: file('both', SECRET) })).toEqual([
        'JWT_SECRET and JWT_SECRET_FILE are both set',
      ]);
    });

    it('are refused when the file cannot be read', () => {
      expect(faultsOf({ JWT_SECRET_FILE: join(folder, 'missing') })).toEqual([
        'JWT_SECRET_FILE names a file that cannot be read',
      ]);
    });

    it('are refused when the file is empty: an empty secret signs for everybody', () => {
      expect(faultsOf({ JWT_SECRET_FILE: file('empty', ' \n') })).toEqual([
        'JWT_SECRET_FILE names an empty file',
      ]);
    });
  });

  describe('keys', () => {
    it('takes several public keys in a row, with line breaks written out', () => {
      const text = [PUBLIC_KEY, pemOf(otherRsa.publicKey), pemOf(ec.publicKey)]
        .join('')
        .replaceAll('\n', '\\n');
      const { key } = configFrom({ JWT_PUBLIC_KEY: text }).auth;
      expect(key).toMatchObject({ publicKeys: { length: 3 } });
    });

    it('is no demo with a public key: it could not sign', () => {
      expect(configFrom({ JWT_PUBLIC_KEY: PUBLIC_KEY }).isDemo).toBe(false);
      expect(faultsOf({ JWT_PUBLIC_KEY: PUBLIC_KEY, DEMO: 'true' })).toEqual([
        expect.stringMatching(/^DEMO signs its own tokens/),
      ]);
    });

    it('refuses both kinds at once', () => {
      expect(faultsOf({ JWT_PUBLIC_KEY: PUBLIC_KEY, JWT_SECRET: SECRET })).toEqual([
        expect.stringMatching(/^JWT_SECRET and JWT_PUBLIC_KEY are both set/),
      ]);
    });

    it.each([
      ['text that is no PEM', 'nonsense'],
      ['a broken PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
      ['a private key', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
      [
        'an Ed25519 key, which no allowed algorithm uses',
        generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      ],
      [
        'a curve that no allowed algorithm uses',
        generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      ],
      [
        'an RSA key below 2048 bits, which the verifier would refuse at every token',
        generateKeyPairSync('rsa', { modulusLength: 1024 })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      ],
    ])('refuses %s as public key', (_what, text) => {
      expect(faultsOf({ JWT_PUBLIC_KEY: text })).toEqual([
        expect.stringMatching(/^JWT_PUBLIC_KEY must hold/),
      ]);
    });

    it('binds HMAC algorithms to a secret and the others to a public key', () => {
      expect(faultsOf({ JWT_SECRET: SECRET, JWT_ALGORITHMS: 'HS256,RS256' })).toEqual([
        'JWT_ALGORITHMS names an algorithm that needs JWT_PUBLIC_KEY',
      ]);
      expect(faultsOf({ JWT_PUBLIC_KEY: PUBLIC_KEY, JWT_ALGORITHMS: 'RS256,HS256' })).toEqual([
        'JWT_ALGORITHMS must not name an HMAC algorithm beside JWT_PUBLIC_KEY',
      ]);
      expect(() => configFrom({ JWT_PUBLIC_KEY: PUBLIC_KEY, JWT_ALGORITHMS: 'RS256,PS512' })).not.toThrow();
    });

    it.each(['none', 'None', 'hs256', 'EdDSA'])('does not know the algorithm %s', (algorithm) => {
      expect(faultsOf({ JWT_ALGORITHMS: algorithm })).toEqual([expect.stringContaining('JWT_ALGORITHMS')]);
    });
  });

  describe('ALLOWED_ORIGINS', () => {
    it.each([
      'https://app.example.com',
      'http://localhost:5173',
      'HTTPS://App.Example.com',
      'https://*.example.com',
      'https://*.example.com:8443',
      'http://[::1]:3000',
    ])('takes %s', (origin) => {
      expect(configFrom({ ALLOWED_ORIGINS: origin }).allowedOrigins).toEqual([origin.toLowerCase()]);
    });

    it.each([
      '*',
      'https://*',
      'app.example.com',
      'https://app.example.com/',
      'https://app.example.com/path',
      'https://user@app.example.com',
      'ftp://app.example.com',
      'https://app.*.com',
      'https://*example.com',
      'null',
      'https://app.example.com:99999',
      'https://*.example.com:99999',
      'https://..',
      'https://*..',
    ])('refuses %s', (origin) => {
      expect(faultsOf({ ALLOWED_ORIGINS: `https://fine.example,${origin}` })).toEqual([
        expect.stringMatching(/^ALLOWED_ORIGINS entries must be/),
      ]);
    });
  });

  describe('TRUSTED_PROXIES', () => {
    it.each(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '10.0.0.0/8,192.168.0.0/16'])(
      'takes %s',
      (text) => {
        expect(configFrom({ TRUSTED_PROXIES: text }).http.trustedProxies).toEqual(text.split(','));
      },
    );

    it.each([
      'loopback',
      'localhost',
      '10.0.0',
      '10.0.0.0/33',
      '::1/129',
      '10.0.0.0/-1',
      '10.0.0.0/x',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/1e1',
      '0.0.0.0/0',
      '::/0',
    ])('refuses %s', (text) => {
      expect(faultsOf({ TRUSTED_PROXIES: text })).toEqual([
        'TRUSTED_PROXIES entries must be addresses or CIDR ranges',
      ]);
    });
  });

  describe('API_KEYS', () => {
    const digest = 'ab'.repeat(32);

    it('are name, digest and scopes', () => {
      const { apiKeys } = configFrom({
        API_KEYS: `ops:${digest}:broadcast:users+connections, reports:${digest}:quotes`,
      }).auth;
      expect(apiKeys).toEqual([
        { name: 'ops', sha256: digest, scopes: ['broadcast:users', 'connections'] },
        { name: 'reports', sha256: digest, scopes: ['quotes'] },
      ]);
    });

    it.each([
      ['the key itself instead of its digest', 'ops:my-key:broadcast'],
      ['a digest in upper case', `ops:${digest.toUpperCase()}:broadcast`],
      ['a digest that is too short', `ops:${digest.slice(1)}:broadcast`],
      ['no scope', `ops:${digest}:`],
      ['no name', `:${digest}:broadcast`],
      ['a fourth part', `ops:${digest}:broadcast:x`],
      ['a narrow scope of something else', `ops:${digest}:chat:users`],
    ])('refuse %s', (_what, entry) => {
      expect(faultsOf({ API_KEYS: entry })).toEqual([
        'API_KEYS entries must be name:sha256-in-hex:scope+scope',
      ]);
    });
  });

  describe('the webhook', () => {
    const url = 'https://hooks.example.com/tidegate';
    const secret = 's'.repeat(32);

    it('has a secret', () => {
      expect(configFrom({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }).webhook).toMatchObject({ url, secret });
      expect(faultsOf({ WEBHOOK_URL: url })).toEqual(['WEBHOOK_URL needs a WEBHOOK_SECRET']);
    });

    it.each(['short', `whsec_${Buffer.from('short').toString('base64')}`])(
      'refuses the secret %s',
      (weak) => {
        expect(faultsOf({ WEBHOOK_URL: url, WEBHOOK_SECRET: weak })).toEqual([
          'WEBHOOK_SECRET must have at least 32 bytes, or be whsec_ and 24 bytes in base64',
        ]);
      },
    );

    it.each(['WEBHOOK_URL', 'CHAT_POLICY_URL'])('refuses a password in %s', (name) => {
      expect(faultsOf({ WEBHOOK_SECRET: secret, [name]: 'https://user:pass@example.com/' })).toEqual([
        `${name} must be a URL without a user or password`,
      ]);
    });
  });

  describe('the store', () => {
    it.each([
      ['memory:', { kind: 'memory' }],
      ['sqlite:/var/lib/tidegate.db', { kind: 'sqlite', file: '/var/lib/tidegate.db' }],
      ['postgres://user@db/tidegate', { kind: 'postgres', url: 'postgres://user@db/tidegate' }],
    ])('is what %s names', (url, engine) => {
      expect(configFrom({ STORE_URL: url }).store.engine).toEqual(engine);
    });

    it.each(['mysql://db', 'sqlite:', 'tidegate.db'])('refuses %s', (url) => {
      expect(faultsOf({ STORE_URL: url })).toEqual([
        'STORE_URL must be sqlite:<file>, postgres://… or memory:',
      ]);
    });
  });

  it('plays the file that QUOTES_FEED names', () => {
    expect(configFrom({ QUOTES_FEED: 'replay:data/bars.csv' }).quotes.feed).toEqual({
      kind: 'replay',
      file: 'data/bars.csv',
    });
    expect(faultsOf({ QUOTES_FEED: 'replay:' })).toEqual(['QUOTES_FEED must be simulator or replay:<file>']);
  });

  it('needs at least one symbol', () => {
    expect(faultsOf({ QUOTES_SYMBOLS: ',' })).toEqual(['QUOTES_SYMBOLS must name at least one symbol']);
  });
});
