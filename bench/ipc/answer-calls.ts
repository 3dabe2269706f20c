import type { CallMessage, IpcEnd, Methods } from './call-message.js';

type Handlers<M extends Methods<M>> = {
  readonly [Name in keyof M]: (
    argument: Parameters<M[Name]>[0],
  ) => ReturnType<M[Name]> | Promise<ReturnType<M[Name]>>;
};

/** Answers the calls that arrive from the other end. What a handler throws is thrown there, as text. */
export function answerCalls<M extends Methods<M>>(end: IpcEnd, handlers: Handlers<M>): void {
  end.on('message', (received) => {
    const message = received as CallMessage;
    if (message.kind === 'call') {
      void answer(end, message.id, () => handlers[message.name as keyof M](message.argument as never));
    }
  });
}

async function answer(end: IpcEnd, id: number, handle: () => unknown): Promise<void> {
  try {
    end.send?.({ kind: 'result', id, value: await handle() });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    end.send?.({ kind: 'error', id, text });
  }
}
