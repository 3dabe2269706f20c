/** Stands in a delivery for a character that is another one each time, such as those of an id. */
export const ANY_CHARACTER = '*';

/** How clients of a peer talk. The text that is broadcast is the same everywhere, its envelope is the peer's own. */
export interface Dialect {
  readonly path: string;
  /** Of the upgrade; they name the user, `benchUser(connection)`. */
  headersFor(connection: number): Readonly<Record<string, string>>;
  /** Text message sent right after the upgrade. */
  readonly opening?: string;
  /** Start of the text message after which the server counts the connection in. Default: the upgrade does that. */
  readonly readyPrefix?: string;
  /** Heartbeat in text messages, beside the ping frames that every client answers. */
  readonly heartbeat?: { readonly ping: string; readonly pong: string };
  /** What the publisher sends to have `text` broadcast. */
  publish(text: string): string;
  /** What the publisher sends to have `text` delivered to the connections of one user. */
  publishTo(user: string, text: string): string;
  /** Headers by which a back office may `POST /v1/broadcast`. Default: anybody may. */
  restHeaders?(): Readonly<Record<string, string>>;
  /** What a subscriber then gets. */
  delivery(text: string): string;
}

/** Where a server keeps its data: in a database of its own for every measurement. */
export type StoreKind = 'sqlite' | 'postgres';

/** Where a server that joins messages into one write counts both, in the text format of Prometheus. */
export interface FlushCounters {
  readonly path: string;
  readonly deliveries: string;
  readonly flushes: string;
}

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
  /** Default: the server writes every message to every socket by itself. */
  readonly flushCounters?: FlushCounters;
  /** Default: the server keeps nothing on a disk. */
  readonly store?: StoreKind;
  /** Environment of the server beyond what all runs have. */
  readonly settings?: ServerSettings;
}

export type ServerSettings = Readonly<Record<string, string>>;
