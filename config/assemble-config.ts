import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import type {
  ApiKeyConfig,
  AppConfig,
  AuthConfig,
  ChatConfig,
  QuotesConfig,
  StoreConfig,
  WebhookConfig,
} from './app-config.js';
import type { EnvDto } from './env.dto.js';

/** HMAC secrets below the size of the hash weaken it (RFC 7518 section 3.2). */
const MIN_SECRET_BYTES = 32;

/** What Standard Webhooks asks of a key. */
const MIN_HOOK_KEY_BYTES = 24;

/** What RFC 7518 section 3.3 asks of RSA keys, and section 3.4 of curves: the verifier takes no others. */
const MIN_RSA_BITS = 2048;
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Name, digest, scopes. The only scopes of two words are the narrow ones of `broadcast`. */
const SCOPE = '(?:broadcast:(?:audience|users)|[a-z]+)';
const API_KEY = new RegExp(`^([A-Za-z0-9_-]{1,64}):([0-9a-f]{64}):(${SCOPE}(?:[+]${SCOPE})*)$`);

/** The rules that need more than one variable. Adds to `faults`; the result counts only while there are none. */
export function assembleConfig(env: EnvDto, faults: string[], generateSecret: () => string): AppConfig {
  const isProduction = env.NODE_ENV === 'production';
  // By default only with the secret of this very start: a configured one is trusted elsewhere too.
  const hasKey = env.JWT_SECRET !== undefined || env.JWT_PUBLIC_KEY !== undefined;
  const isDemo = env.DEMO ?? (!isProduction && !hasKey);
  if (isDemo && isProduction) {
    faults.push('DEMO must be false in production: it hands out tokens to anybody who asks');
  }
  if (isDemo && env.JWT_PUBLIC_KEY !== undefined) {
    faults.push('DEMO signs its own tokens: it needs JWT_SECRET (or none), not JWT_PUBLIC_KEY');
  }
  if (env.WS_HEARTBEAT_TIMEOUT_MS <= env.WS_HEARTBEAT_INTERVAL_MS) {
    faults.push('WS_HEARTBEAT_TIMEOUT_MS must be greater than WS_HEARTBEAT_INTERVAL_MS');
  }
  checkOrigins(env.ALLOWED_ORIGINS, faults);
  checkProxies(env.TRUSTED_PROXIES, faults);
  return {
    isProduction,
    isDemo,
    logLevel: env.LOG_LEVEL,
    http: {
      host: env.HOST,
      port: env.PORT,
      maxBodyBytes: env.HTTP_MAX_BODY_BYTES,
      trustedProxies: env.TRUSTED_PROXIES,
    },
    auth: authConfig(env, isProduction, faults, generateSecret),
    allowedOrigins: env.ALLOWED_ORIGINS.map((origin) => origin.toLowerCase()),
    store: storeConfig(env, faults),
    quotes: quotesConfig(env, faults),
    chat: chatConfig(env),
    updates: {
      maxInbox: env.UPDATES_MAX_INBOX,
      maxTtlSeconds: env.UPDATES_MAX_TTL_SECONDS,
      retentionDays: env.UPDATES_RETENTION_DAYS,
    },
    auditRetentionDays: env.AUDIT_RETENTION_DAYS,
    webhook: webhookConfig(env, faults),
    ws: {
      flushIntervalMs: env.WS_FLUSH_INTERVAL_MS,
      maxPayloadBytes: env.WS_MAX_PAYLOAD_BYTES,
      maxQueueBytes: env.WS_MAX_QUEUE_BYTES,
      maxQueueAgeMs: env.WS_MAX_QUEUE_AGE_MS,
      heartbeatIntervalMs: env.WS_HEARTBEAT_INTERVAL_MS,
      heartbeatTimeoutMs: env.WS_HEARTBEAT_TIMEOUT_MS,
      messageTimeoutMs: env.WS_MESSAGE_TIMEOUT_MS,
      noProgressTimeoutMs: env.WS_NO_PROGRESS_TIMEOUT_MS,
      closeTimeoutMs: env.WS_CLOSE_TIMEOUT_MS,
    },
    limits: {
      connections: env.LIMIT_CONNECTIONS,
      connectionsPerIp: env.LIMIT_CONNECTIONS_PER_IP,
      connectionsPerUser: env.LIMIT_CONNECTIONS_PER_USER,
      unauthenticatedPerIp: env.LIMIT_UNAUTHENTICATED_PER_IP,
      upgradesPerIpPerSecond: env.LIMIT_UPGRADES_PER_IP,
      commandsPerSecond: env.LIMIT_COMMANDS_PER_SECOND,
      subscriptions: env.LIMIT_SUBSCRIPTIONS,
      rooms: env.LIMIT_ROOMS,
      roomMembers: env.LIMIT_ROOM_MEMBERS,
      chatPerSecond: env.LIMIT_CHAT_PER_SECOND,
      chatPerRoomPerSecond: env.LIMIT_CHAT_PER_ROOM_PER_SECOND,
    },
    drain: { delayMs: env.DRAIN_DELAY_MS, windowMs: env.DRAIN_WINDOW_MS },
  };
}

function authConfig(
  env: EnvDto,
  isProduction: boolean,
  faults: string[],
  generateSecret: () => string,
): AuthConfig {
  return {
    key: authKey(env, isProduction, faults, generateSecret),
    algorithms: env.JWT_ALGORITHMS,
    issuer: env.JWT_ISSUER,
    audience: env.JWT_AUDIENCE,
    types: env.JWT_TYPES,
    clockToleranceSeconds: env.JWT_CLOCK_TOLERANCE_SECONDS,
    maxAgeSeconds: env.JWT_MAX_AGE_SECONDS,
    isQueryTokenAllowed: env.AUTH_QUERY_TOKEN,
    timeoutMs: env.AUTH_TIMEOUT_MS,
    expiryWarningSeconds: env.AUTH_EXPIRY_WARNING_SECONDS,
    apiKeys: env.API_KEYS.flatMap((entry) => apiKey(entry, faults)),
  };
}

function authKey(
  env: EnvDto,
  isProduction: boolean,
  faults: string[],
  generateSecret: () => string,
): AuthConfig['key'] {
  if (env.JWT_PUBLIC_KEY !== undefined) {
    if (env.JWT_SECRET !== undefined) {
      faults.push('JWT_SECRET and JWT_PUBLIC_KEY are both set: one deployment trusts one kind of key');
    }
    if (env.JWT_ALGORITHMS.some((algorithm) => algorithm.startsWith('HS'))) {
      faults.push('JWT_ALGORITHMS must not name an HMAC algorithm beside JWT_PUBLIC_KEY');
    }
    return { publicKeys: publicKeys(env.JWT_PUBLIC_KEY, faults) };
  }
  if (env.JWT_ALGORITHMS.some((algorithm) => !algorithm.startsWith('HS'))) {
    faults.push('JWT_ALGORITHMS names an algorithm that needs JWT_PUBLIC_KEY');
  }
  if (env.JWT_SECRET === undefined) {
    if (isProduction) {
      faults.push('JWT_SECRET or JWT_PUBLIC_KEY is needed in production');
    }
    return { secret: generateSecret() };
  }
  if (isProduction && Buffer.byteLength(env.JWT_SECRET) < MIN_SECRET_BYTES) {
    faults.push(`JWT_SECRET must have at least ${MIN_SECRET_BYTES * 8} bits in production`);
  }
  return { secret: env.JWT_SECRET };
}

/** One or more PEM blocks in a row; `\n` may be written out, as env files have no line breaks. */
function publicKeys(text: string, faults: string[]): string[] {
  const blocks =
    text.replaceAll('\\n', '\n').match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  // A private key would be accepted by createPublicKey; it has no business on a gateway.
  const isUsable = (pem: string): boolean => {
    try {
      const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = createPublicKey(pem);
      return (
        !pem.includes('PRIVATE') &&
        ((type === 'rsa' && (details.modulusLength ?? 0) >= MIN_RSA_BITS) ||
          (type === 'ec' && CURVES.includes(details.namedCurve ?? '')))
      );
    } catch {
      return false;
    }
  };
  if (blocks.length === 0 || !blocks.every(isUsable)) {
    faults.push(
      'JWT_PUBLIC_KEY must hold public keys in PEM: RSA of 2048 bits or more, or P-256, P-384, P-521',
    );
  }
  return blocks;
}

function apiKey(entry: string, faults: string[]): ApiKeyConfig[] {
  const match = API_KEY.exec(entry);
  if (match === null) {
    faults.push('API_KEYS entries must be name:sha256-in-hex:scope+scope');
    return [];
  }
  const [, name, sha256, scopes] = match as unknown as [string, string, string, string];
  return [{ name, sha256, scopes: scopes.split('+') }];
}

function storeConfig(env: EnvDto, faults: string[]): StoreConfig {
  const url = env.STORE_URL;
  const isPostgres = url.startsWith('postgres');
  if (isPostgres && !URL.canParse(url)) {
    faults.push('STORE_URL must be a URL: postgres://user:password@host:port/database');
  }
  return {
    engine: isPostgres
      ? { kind: 'postgres', url }
      : url === 'memory:'
        ? { kind: 'memory' }
        : { kind: 'sqlite', file: url.slice('sqlite:'.length) },
    commitBatch: env.STORE_COMMIT_BATCH,
    commitDelayMs: env.STORE_COMMIT_DELAY_MS,
    poolSize: env.STORE_POOL_SIZE,
  };
}

function chatConfig(env: EnvDto): ChatConfig {
  return {
    rooms: [...new Set(env.CHAT_ROOMS)],
    maxBodyBytes: env.CHAT_MAX_BODY_BYTES,
    editWindowSeconds: env.CHAT_EDIT_WINDOW_SECONDS,
    maxRecoveryMessages: env.CHAT_MAX_RECOVERY_MESSAGES,
    retentionDays: env.CHAT_RETENTION_DAYS,
    retentionMessages: env.CHAT_RETENTION_MESSAGES,
    typingIntervalMs: env.CHAT_TYPING_INTERVAL_MS,
    presenceGraceMs: env.PRESENCE_GRACE_MS,
    policy: { url: env.CHAT_POLICY_URL, timeoutMs: env.CHAT_POLICY_TIMEOUT_MS },
  };
}

/** A key of Standard Webhooks is base64 behind a prefix; any other secret is the key itself. */
function isHookSecret(secret: string): boolean {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64').length >= MIN_HOOK_KEY_BYTES
    : Buffer.byteLength(secret) >= MIN_SECRET_BYTES;
}

function webhookConfig(env: EnvDto, faults: string[]): WebhookConfig {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = env;
  if (url !== undefined && secret === undefined) {
    faults.push('WEBHOOK_URL needs a WEBHOOK_SECRET');
  }
  if (secret !== undefined && !isHookSecret(secret)) {
    faults.push(
      `WEBHOOK_SECRET must have at least ${MIN_SECRET_BYTES} bytes, or be whsec_ and ${MIN_HOOK_KEY_BYTES} bytes in base64`,
    );
  }
  for (const [name, value] of [
    ['WEBHOOK_URL', url],
    ['CHAT_POLICY_URL', env.CHAT_POLICY_URL],
  ] as const) {
    if (value !== undefined && !isPlainUrl(value)) {
      faults.push(`${name} must be a URL without a user or password`);
    }
  }
  return {
    url,
    secret,
    arePrivateAddressesAllowed: env.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
    delayMs: env.WEBHOOK_DELAY_MS,
  };
}

function isPlainUrl(value: string): boolean {
  return URL.canParse(value) && new URL(value).username === '' && new URL(value).password === '';
}

function quotesConfig(env: EnvDto, faults: string[]): QuotesConfig {
  if (env.QUOTES_SYMBOLS.length === 0) {
    faults.push('QUOTES_SYMBOLS must name at least one symbol');
  }
  const file = env.QUOTES_FEED.startsWith('replay:') ? env.QUOTES_FEED.slice('replay:'.length) : undefined;
  return {
    feed: file === undefined ? { kind: 'simulator' } : { kind: 'replay', file },
    intervalMs: env.QUOTES_INTERVAL_MS,
    symbols: [...new Set(env.QUOTES_SYMBOLS)],
    seed: env.QUOTES_SEED,
    replayBarsPerInterval: env.QUOTES_REPLAY_BARS_PER_INTERVAL,
  };
}

/** `https://app.example.com`, or `https://*.example.com` for its subdomains. Never `*` alone. */
function checkOrigins(origins: readonly string[], faults: string[]): void {
  for (const origin of origins) {
    const isOrigin =
      /^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*\.?(:\d{1,5})?$/i.test(origin) ||
      /^https?:\/\/\[[0-9a-f:]+\](:\d{1,5})?$/i.test(origin);
    // A port out of range would leave a wildcard without anything to compare with.
    if (!isOrigin || !URL.canParse(origin.replace('*.', ''))) {
      faults.push(
        'ALLOWED_ORIGINS entries must be scheme://host[:port], without a path; *. may stand for subdomains',
      );
    }
  }
}

function checkProxies(proxies: readonly string[], faults: string[]): void {
  for (const proxy of proxies) {
    const [address = '', prefix, ...rest] = proxy.split('/');
    const maxPrefix = isIP(address) === 4 ? 32 : 128;
    // A range of everything would believe every client's own headers.
    const isPrefix = prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= maxPrefix);
    if (isIP(address) === 0 || !isPrefix || rest.length > 0) {
      faults.push('TRUSTED_PROXIES entries must be addresses or CIDR ranges');
    }
  }
}
