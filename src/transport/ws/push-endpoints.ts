import { Injectable } from '@nestjs/common';
import type { Session } from '../../hub/session.js';
import type { RequestQuery } from './upgrade-request.js';

/** Where commands are taken and Nest's gateways live. */
export const GATEWAY_PATH = '/ws';

/** A path whose clients only listen: what they get is decided by the query when they connect. */
export interface PushEndpoint {
  readonly path: string;
  /** The session is authenticated. */
  open(session: Session, query: RequestQuery): void;
}

/** The push-only paths that features offer beside the gateway. */
@Injectable()
export class PushEndpoints {
  private readonly endpoints = new Map<string, PushEndpoint>();

  register(endpoint: PushEndpoint): void {
    this.endpoints.set(endpoint.path, endpoint);
  }

  find(path: string): PushEndpoint | undefined {
    return this.endpoints.get(path);
  }

  get paths(): Iterable<string> {
    return this.endpoints.keys();
  }
}
