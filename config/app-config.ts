/** Immutable settings of one process, in the shape the code uses. Built once by `load-config.ts`. */
export abstract class AppConfig {
  abstract readonly isProduction: boolean;
  abstract readonly isDemo: boolean;
  abstract readonly logLevel: string;
  abstract readonly http: HttpConfig;
  abstract readonly auth: AuthConfig;
  abstract readonly allowedOrigins: readonly string[];
  abstract readonly store: StoreConfig;
  abstract readonly quotes: QuotesConfig;
  abstract readonly chat: ChatConfig;
  abstract readonly updates: UpdatesConfig;
  abstract readonly auditRetentionDays: number;
  abstract readonly webhook: WebhookConfig;
  abstract readonly ws: WsConfig;
  abstract readonly limits: LimitsConfig;
  abstract readonly drain: DrainConfig;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly maxBodyBytes: number;
  /** CIDR ranges or addresses whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
}

export interface AuthConfig {
  /** The HMAC secret, or public keys in PEM; never both. */
  readonly key: { readonly secret: string } | { readonly publicKeys: readonly string[] };
  /** Empty: whatever the keys allow. */
  readonly algorithms: readonly string[];
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly types: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly maxAgeSeconds: number;
  readonly isQueryTokenAllowed: boolean;
  readonly timeoutMs: number;
  readonly expiryWarningSeconds: number;
  readonly apiKeys: readonly ApiKeyConfig[];
}

export interface ApiKeyConfig {
  readonly name: string;
  /** SHA-256 of the key, lower-case hex. The key itself is never configured. */
  readonly sha256: string;
  readonly scopes: readonly string[];
}

export interface StoreConfig {
  readonly engine:
    | { readonly kind: 'memory' }
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'postgres'; readonly url: string };
  /** Messages committed together at most. */
  readonly commitBatch: number;
  /** How long the first message of a batch waits for others at most. */
  readonly commitDelayMs: number;
  readonly poolSize: number;
}

export interface ChatConfig {
  /** Public rooms that exist from the start. */
  readonly rooms: readonly string[];
  readonly maxBodyBytes: number;
  /** 0: for ever. */
  readonly editWindowSeconds: number;
  readonly maxRecoveryMessages: number;
  /** 0: kept. */
  readonly retentionDays: number;
  /** Per room; 0: all. */
  readonly retentionMessages: number;
  readonly typingIntervalMs: number;
  readonly presenceGraceMs: number;
  readonly policy: { readonly url: string | undefined; readonly timeoutMs: number };
}

export interface UpdatesConfig {
  readonly maxInbox: number;
  readonly maxTtlSeconds: number;
  readonly retentionDays: number;
}

export interface WebhookConfig {
  /** Undefined: nobody is told. */
  readonly url: string | undefined;
  /** Signs calls of the webhook, which has one, and questions of the chat policy, which may. */
  readonly secret: string | undefined;
  /** Also holds for the chat policy's URL. */
  readonly arePrivateAddressesAllowed: boolean;
  readonly delayMs: number;
}

export interface QuotesConfig {
  readonly feed: { readonly kind: 'simulator' } | { readonly kind: 'replay'; readonly file: string };
  readonly intervalMs: number;
  readonly symbols: readonly string[];
  readonly seed: number;
  readonly replayBarsPerInterval: number;
}

export interface WsConfig {
  readonly flushIntervalMs: number;
  readonly maxPayloadBytes: number;
  readonly maxQueueBytes: number;
  readonly maxQueueAgeMs: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly messageTimeoutMs: number;
  readonly noProgressTimeoutMs: number;
  readonly closeTimeoutMs: number;
}

/** 0 switches a limit off. */
export interface LimitsConfig {
  readonly connections: number;
  readonly connectionsPerIp: number;
  readonly connectionsPerUser: number;
  readonly unauthenticatedPerIp: number;
  readonly upgradesPerIpPerSecond: number;
  readonly commandsPerSecond: number;
  readonly subscriptions: number;
  readonly rooms: number;
  readonly roomMembers: number;
  readonly chatPerSecond: number;
  readonly chatPerRoomPerSecond: number;
}

export interface DrainConfig {
  /** Wait between refusing upgrades and closing sockets, for load balancers to notice. */
  readonly delayMs: number;
  /** Longest time over which sockets are closed in slices. */
  readonly windowMs: number;
}
