/** An empty database for one measurement. */
export interface BenchStore {
  /** As `STORE_URL` takes it. */
  readonly url: string;
  /** CPU time of the processes that run it beside the server, since they started. */
  cpuMicros(): number;
  remove(): Promise<void>;
}
