import type { CallMessage, IpcEnd, Methods } from './call-message.js';

interface PendingCall {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** Calls what the other end of an IPC pipe answers. A call to a process that ended stays without an answer. */
export class Remote<M extends Methods<M>> {
  private readonly pending = new Map<number, PendingCall>();
  private calls = 0;

  constructor(private readonly end: IpcEnd) {
    end.on('message', (message) => {
      this.settle(message as CallMessage);
    });
  }

  call<Name extends keyof M & string>(
    name: Name,
    argument: Parameters<M[Name]>[0],
  ): Promise<ReturnType<M[Name]>> {
    this.calls += 1;
    const id = this.calls;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.end.send?.({ kind: 'call', id, name, argument });
    });
  }

  private settle(message: CallMessage): void {
    // Calls of the other end travel over the same pipe and count on their own.
    if (message.kind === 'call') {
      return;
    }
    const call = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.kind === 'result') {
      call?.resolve(message.value as never);
    } else {
      call?.reject(new Error(message.text));
    }
  }
}
