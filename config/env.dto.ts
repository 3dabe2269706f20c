import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVar, IntegerVar, ListVar } from './env-decorators.js';

/** Highest delay a Node timer takes; a longer one fires after 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Every variable Tidegate reads, with its default. Names, defaults and order are kept equal to `.env.example` and
 * `docs/configuration.md` by a spec. Rules that need two variables live in `assemble-config.ts`.
 */
export class EnvDto {
  @IsIn(['development', 'production', 'test'])
  NODE_ENV: string = 'development';
  @IntegerVar(0, 65_535)
  PORT: number = 3000;
  @IsString()
  HOST: string = '0.0.0.0';
  @IsOptional()
  @BooleanVar()
  DEMO: boolean | undefined = undefined;
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  LOG_LEVEL: string = 'info';
  @ListVar()
  TRUSTED_PROXIES: string[] = [];
  @IntegerVar(1024, 16_777_216)
  HTTP_MAX_BODY_BYTES: number = 65_536;

  @Matches(/^memory:$/, { message: 'BROKER_URL must be memory:' })
  BROKER_URL: string = 'memory:';

  @Matches(/^(memory:|sqlite:.+|postgres(ql)?:\/\/.+)$/, {
    message: 'STORE_URL must be sqlite:<file>, postgres://… or memory:',
  })
  STORE_URL: string = 'sqlite:./data/tidegate.db';
  @IntegerVar(1, 1000)
  STORE_COMMIT_BATCH: number = 64;
  @IntegerVar(0, 100)
  STORE_COMMIT_DELAY_MS: number = 2;
  @IntegerVar(1, 200)
  STORE_POOL_SIZE: number = 10;

  @IsOptional()
  @IsString()
  JWT_SECRET: string | undefined = undefined;
  @IsOptional()
  @IsString()
  JWT_SECRET_FILE: string | undefined = undefined;
  @IsOptional()
  @IsString()
  JWT_PUBLIC_KEY: string | undefined = undefined;
  @IsOptional()
  @IsString()
  JWT_PUBLIC_KEY_FILE: string | undefined = undefined;
  @ListVar()
  @IsIn(
    [
      'HS256',
      'HS384',
      'HS512',
      'RS256',
      'RS384',
      'RS512',
      'PS256',
      'PS384',
      'PS512',
      'ES256',
      'ES384',
      'ES512',
    ],
    {
      each: true,
    },
  )
  JWT_ALGORITHMS: string[] = [];
  @IsOptional()
  @IsString()
  JWT_ISSUER: string | undefined = undefined;
  @IsOptional()
  @IsString()
  JWT_AUDIENCE: string | undefined = undefined;
  @ListVar()
  JWT_TYPES: string[] = ['JWT', 'at+jwt'];
  @IntegerVar(0, 60)
  JWT_CLOCK_TOLERANCE_SECONDS: number = 30;
  @IntegerVar(60, 315_360_000)
  JWT_MAX_AGE_SECONDS: number = 7_776_000;
  @BooleanVar()
  AUTH_QUERY_TOKEN: boolean = false;
  @IntegerVar(50, 60_000)
  AUTH_TIMEOUT_MS: number = 5000;
  @IntegerVar(0, 3600)
  AUTH_EXPIRY_WARNING_SECONDS: number = 60;
  @ListVar()
  API_KEYS: string[] = [];

  @ListVar()
  ALLOWED_ORIGINS: string[] = [];

  @Matches(/^(simulator|replay:.+)$/, { message: 'QUOTES_FEED must be simulator or replay:<file>' })
  QUOTES_FEED: string = 'simulator';
  @IntegerVar(10, 3_600_000)
  QUOTES_INTERVAL_MS: number = 1000;
  @ListVar()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,31}$/, {
    each: true,
    message: 'QUOTES_SYMBOLS must hold names of 1-32 letters, digits or . _ / -',
  })
  QUOTES_SYMBOLS: string[] = [
    'AAPL',
    'MSFT',
    'NVDA',
    'AMZN',
    'GOOG',
    'TSLA',
    'BTC-USD',
    'ETH-USD',
    'EURUSD',
    'GBPUSD',
  ];
  @IntegerVar(0, 2_147_483_647)
  QUOTES_SEED: number = 42;
  @IntegerVar(1, 100_000)
  QUOTES_REPLAY_BARS_PER_INTERVAL: number = 1;

  @ListVar()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    each: true,
    message: 'CHAT_ROOMS must hold names of 1-64 letters, digits or . _ -',
  })
  CHAT_ROOMS: string[] = ['lobby'];
  @IntegerVar(1, 1_048_576)
  CHAT_MAX_BODY_BYTES: number = 32_768;
  @IntegerVar(0, 315_360_000)
  CHAT_EDIT_WINDOW_SECONDS: number = 86_400;
  @IntegerVar(1, 10_000)
  CHAT_MAX_RECOVERY_MESSAGES: number = 500;
  @IntegerVar(0, 36_500)
  CHAT_RETENTION_DAYS: number = 365;
  @IntegerVar(0, 1_000_000_000)
  CHAT_RETENTION_MESSAGES: number = 100_000;
  @IntegerVar(100, 60_000)
  CHAT_TYPING_INTERVAL_MS: number = 10_000;
  @IsOptional()
  @Matches(/^https?:\/\/.+$/, { message: 'CHAT_POLICY_URL must be an http or https URL' })
  CHAT_POLICY_URL: string | undefined = undefined;
  @IntegerVar(50, 30_000)
  CHAT_POLICY_TIMEOUT_MS: number = 2000;
  @IntegerVar(0, 600_000)
  PRESENCE_GRACE_MS: number = 10_000;

  @IntegerVar(1, 100_000)
  UPDATES_MAX_INBOX: number = 1000;
  @IntegerVar(60, 31_536_000)
  UPDATES_MAX_TTL_SECONDS: number = 2_592_000;
  @IntegerVar(1, 3650)
  UPDATES_RETENTION_DAYS: number = 7;
  @IntegerVar(1, 3650)
  AUDIT_RETENTION_DAYS: number = 365;

  @IsOptional()
  @Matches(/^https?:\/\/.+$/, { message: 'WEBHOOK_URL must be an http or https URL' })
  WEBHOOK_URL: string | undefined = undefined;
  @IsOptional()
  @IsString()
  WEBHOOK_SECRET: string | undefined = undefined;
  @IsOptional()
  @IsString()
  WEBHOOK_SECRET_FILE: string | undefined = undefined;
  @BooleanVar()
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: boolean = false;
  @IntegerVar(0, 3_600_000)
  WEBHOOK_DELAY_MS: number = 5000;

  @IntegerVar(0, 1000)
  WS_FLUSH_INTERVAL_MS: number = 0;
  @IntegerVar(1024, 16_777_216)
  WS_MAX_PAYLOAD_BYTES: number = 65_536;
  @IntegerVar(16_384, 268_435_456)
  WS_MAX_QUEUE_BYTES: number = 1_048_576;
  @IntegerVar(100, 600_000)
  WS_MAX_QUEUE_AGE_MS: number = 10_000;
  @IntegerVar(100, 600_000)
  WS_HEARTBEAT_INTERVAL_MS: number = 25_000;
  @IntegerVar(200, 1_200_000)
  WS_HEARTBEAT_TIMEOUT_MS: number = 60_000;
  @IntegerVar(100, 600_000)
  WS_MESSAGE_TIMEOUT_MS: number = 10_000;
  @IntegerVar(100, 600_000)
  WS_NO_PROGRESS_TIMEOUT_MS: number = 15_000;
  @IntegerVar(50, 60_000)
  WS_CLOSE_TIMEOUT_MS: number = 3000;

  @IntegerVar(0, 10_000_000)
  LIMIT_CONNECTIONS: number = 20_000;
  @IntegerVar(0, 10_000_000)
  LIMIT_CONNECTIONS_PER_IP: number = 200;
  @IntegerVar(0, 10_000_000)
  LIMIT_CONNECTIONS_PER_USER: number = 20;
  @IntegerVar(0, 10_000_000)
  LIMIT_UNAUTHENTICATED_PER_IP: number = 50;
  @IntegerVar(0, 10_000_000)
  LIMIT_UPGRADES_PER_IP: number = 50;
  @IntegerVar(0, 10_000_000)
  LIMIT_COMMANDS_PER_SECOND: number = 20;
  @IntegerVar(0, 10_000_000)
  LIMIT_SUBSCRIPTIONS: number = 500;
  @IntegerVar(0, 10_000_000)
  LIMIT_ROOMS: number = 100;
  @IntegerVar(0, 10_000_000)
  LIMIT_ROOM_MEMBERS: number = 10_000;
  @IntegerVar(0, 10_000_000)
  LIMIT_CHAT_PER_SECOND: number = 10;
  @IntegerVar(0, 10_000_000)
  LIMIT_CHAT_PER_ROOM_PER_SECOND: number = 200;

  @IntegerVar(0, MAX_TIMER_MS)
  DRAIN_DELAY_MS: number = 3000;
  @IntegerVar(0, MAX_TIMER_MS)
  DRAIN_WINDOW_MS: number = 20_000;
}
