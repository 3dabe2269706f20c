import type { AppConfig } from '../../config/app-config.js';
import { configFrom } from '../../config/load-config.js';

/** The secret of test gateways: long enough for production mode. */
export const TEST_SECRET = 'a-test-secret-of-at-least-32-bytes';

/** Settings as the environment gives them, on a free port of loopback and quiet; `env` overrides. */
export function testConfig(env: Record<string, string> = {}): AppConfig {
  return configFrom({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'fatal',
    JWT_SECRET: TEST_SECRET,
    STORE_URL: 'memory:',
    DRAIN_DELAY_MS: '0',
    LIMIT_UPGRADES_PER_IP: '0',
    LIMIT_COMMANDS_PER_SECOND: '0',
    LIMIT_CHAT_PER_SECOND: '0',
    LIMIT_CHAT_PER_ROOM_PER_SECOND: '0',
    ...env,
  });
}
