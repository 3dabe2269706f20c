import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { DemoTokens } from './auth/demo-tokens.js';
import { createGateway } from './bootstrap.js';
import { StoreRefused } from './ports/store-refused.js';
import { closeOnSignals } from './shutdown.js';

async function main(): Promise<void> {
  const config = loadConfig();
  const app = await createGateway(config);
  closeOnSignals(app);
  await app.listen(config.http.port, config.http.host);
  const { port } = app.getHttpServer().address() as AddressInfo;
  new Logger('Gateway').log(`listening on port ${port}`);
  if (config.isDemo) {
    const { token } = app.get(DemoTokens).issue('demo', ['admin']);
    process.stdout.write(
      [
        '',
        'Tidegate is ready (demo mode: anybody may sign in as anybody; never expose it like this).',
        `  Page:       http://localhost:${port}/`,
        `  REST API:   http://localhost:${port}/docs`,
        `  Demo token: ${token}`,
        '              (user demo, role admin, valid for one hour)',
        `  Signed in:  http://localhost:${port}/#token=${token}`,
        '',
        '',
      ].join('\n'),
    );
  }
}

main().catch((error: unknown) => {
  const { code, port } = error as { code?: string; port?: number };
  const message =
    error instanceof ConfigError || error instanceof StoreRefused
      ? error.message
      : code === 'EADDRINUSE'
        ? `Port ${port} is in use. Set PORT to another one.`
        : error instanceof Error
          ? (error.stack ?? error.message)
          : 'The gateway could not start';
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
