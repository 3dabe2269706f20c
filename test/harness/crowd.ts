import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('crowd-process.mjs', import.meta.url));

export interface CrowdOrder {
  readonly port: number;
  readonly path: string;
  readonly count: number;
  readonly tokens: readonly string[];
}

/** Thousands of clients in a child process, so that their sockets and memory are not the gateway's. */
export class Crowd {
  private readonly child: ChildProcess = fork(SCRIPT, { execArgv: [] });

  /** Resolves when all of them are connected. */
  enter(order: CrowdOrder): Promise<void> {
    return this.ask(order);
  }

  leave(): Promise<void> {
    return this.ask('leave');
  }

  end(): void {
    this.child.kill();
  }

  private ask(order: CrowdOrder | 'leave'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.once('message', (answer) =>
        answer === 'done' ? resolve() : reject(new Error(`The crowd ${JSON.stringify(answer)}`)),
      );
      this.child.send(order);
    });
  }
}
