/** How clients of a peer talk. The text that is broadcast is the same everywhere, its envelope is the peer's own. */
export interface Dialect {
  readonly path: string;
  headersFor(connection: number): Readonly<Record<string, string>>;
  /** Text message sent right after the upgrade. */
  readonly opening?: string;
  /** Start of the text message after which the server counts the connection in. Default: the upgrade does that. */
  readonly readyPrefix?: string;
  /** Heartbeat in text messages, beside the ping frames that every client answers. */
  readonly heartbeat?: { readonly ping: string; readonly pong: string };
  /** What the publisher sends to have `text` broadcast. */
  publish(text: string): string;
  /** What a subscriber then gets. */
  delivery(text: string): string;
}

/** Where a server keeps its data: in a database of its own for every measurement. */
export type StoreKind = 'sqlite' | 'postgres';

/** One server under measurement. */
export interface Peer {
  /** As `--peers` takes it. */
  readonly name: string;
  /** As tables show it, Markdown. */
  readonly title: string;
  /** Packages whose versions belong to the result. */
  readonly packages: readonly string[];
  /** Compiled module that runs in the server process. */
  readonly serverEntry: URL;
  readonly dialect: Dialect;
  /** Default: the server keeps nothing on a disk. */
  readonly store?: StoreKind;
  /** Environment of the server beyond what all runs have. */
  readonly settings?: ServerSettings;
}

export type ServerSettings = Readonly<Record<string, string>>;

export const NO_HEADERS: Readonly<Record<string, string>> = {};
