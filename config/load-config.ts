import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { AppConfig } from './app-config.js';
import { assembleConfig } from './assemble-config.js';
import { EnvDto } from './env.dto.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Thrown at boot with every fault of the environment, one a line. Holds names of variables, never their values. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
}

/** The settings of this process: `process.env`, completed by `.env` of the working directory where one exists. */
export function loadConfig(): AppConfig {
  if (existsSync('.env')) {
    loadEnvFile('.env');
  }
  return configFrom(process.env);
}

/** The settings that an environment describes. Unknown variables are ignored, empty ones count as unset. */
export function configFrom(env: Env): AppConfig {
  const faults: string[] = [];
  const dto = plainToInstance(EnvDto, withSecretFiles(knownVariables(env), faults));
  for (const error of validateSync(dto, { validationError: { target: false, value: false } })) {
    faults.push(...Object.values(error.constraints ?? {}));
  }
  // Rules across variables may only read values that are valid by themselves.
  const config = faults.length === 0 ? assembleConfig(dto, faults, generatedSecret) : undefined;
  if (config === undefined || faults.length > 0) {
    throw new ConfigError(faults);
  }
  return deepFreeze(config);
}

function knownVariables(env: Env): Record<string, string> {
  const known: Record<string, string> = {};
  for (const name of Object.keys(new EnvDto())) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') {
      known[name] = value;
    }
  }
  return known;
}

/** `X_FILE` names a file that holds `X`, the way Docker and Kubernetes hand over secrets. */
function withSecretFiles(env: Record<string, string>, faults: string[]): Record<string, string> {
  for (const name of ['JWT_SECRET', 'JWT_PUBLIC_KEY', 'WEBHOOK_SECRET']) {
    const file = env[`${name}_FILE`];
    if (file === undefined) {
      continue;
    }
    if (env[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set`);
      continue;
    }
    try {
      const text = readFileSync(file, 'utf8').trim();
      if (text === '') {
        // An empty secret would take tokens that anybody signs.
        faults.push(`${name}_FILE names an empty file`);
      }
      env[name] = text;
    } catch {
      faults.push(`${name}_FILE names a file that cannot be read`);
    }
  }
  return env;
}

function generatedSecret(): string {
  return randomBytes(48).toString('base64url');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
