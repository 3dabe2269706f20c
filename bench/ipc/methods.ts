import type { ServerSettings } from '../peers/peer.js';
import type { Measurement } from '../scenarios/scenario.js';

/** What a server process answers. */
export interface ServerMethods {
  /** Listens on a free loopback port and returns it. */
  listen(settings: ServerSettings): number;
  sample(): ServerSample;
  /** Frees all that nothing refers to, so that a sample of memory holds no garbage. */
  collectGarbage(): void;
  /** Ends the watch of the event loop: its timer of a few milliseconds is all that an idle server would show. */
  stopDelayWatch(): void;
  /** Of TCP, whatever is spoken over them. */
  countConnections(): number;
}

/** What the load process answers. */
export interface LoadMethods {
  drive(request: DriveRequest): Measurement;
}

/** What the runner answers to the load process: it alone holds the pipe to the server. */
export interface RunnerMethods {
  sampleServer(): SystemSample;
  collectServerGarbage(): void;
  stopServerDelayWatch(): void;
  countServerConnections(): number;
}

export interface ServerSample {
  /** User and system time of the whole process since it started. */
  readonly cpuMicros: number;
  /** The part of it that the kernel took. */
  readonly systemMicros: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Outside the heap and held by objects in it; buffers are the most of it. */
  readonly externalBytes: number;
  /** How late the event loop was, since the sample before. */
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
}

/** The server and the processes of its store, if it has any. */
export interface SystemSample extends ServerSample {
  readonly storeCpuMicros: number;
}

/** Names, as both processes load the same registry. */
export interface DriveRequest {
  readonly scenario: string;
  readonly case: string;
  readonly peer: string;
  readonly port: number;
}
