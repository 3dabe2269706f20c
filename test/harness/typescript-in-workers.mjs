// Jest transforms what it loads itself, which worker threads do not: loaded with `--import`, this does it for them.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  register('./typescript-hooks.mjs', import.meta.url);
}
