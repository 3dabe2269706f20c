/** Whether the store answers. Readiness asks; never cached longer than a second. */
export abstract class StoreHealth {
  /** `starting`: it has never answered since the process began. `down`: it did, and does not now. */
  abstract check(): Promise<'up' | 'starting' | 'down'>;
}
