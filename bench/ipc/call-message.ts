/** What travels over an IPC pipe. */
export type CallMessage =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly text: string };

/** The part of `process` and of `ChildProcess` that both ends of a pipe share. */
export interface IpcEnd {
  send?: ((message: CallMessage) => boolean) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** An interface whose members are the calls that one end answers: one argument, one result. */
export type Methods<M> = { [Name in keyof M]: (argument: never) => unknown };
