import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Made with the first call, so that servers whose memory is not measured start without it. */
let gc: (() => void) | undefined;

/** Twice, with a turn of the event loop between: what a finalizer lets go is garbage only then. */
export async function collectGarbage(): Promise<void> {
  gc ??= exposedGc();
  gc();
  await setImmediate();
  gc();
}

/** A server need not be started with the flag: contexts made after it have the function. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
