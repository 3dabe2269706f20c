import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { type ServerOptions, WebSocketServer } from 'ws';
import { AppConfig } from '../../../config/app-config.js';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import { ClientAddress } from '../client-address.js';
import { CodecRegistry } from '../codec/codec-registry.js';
import { DrainState } from '../drain-state.js';
import { RefusalLog } from '../refusal-log.js';
import { ConnectionLimits, type ConnectionPlace } from './connection-limits.js';
import { ConnectionOpener } from './connection-opener.js';
import { type Credentials, HandshakeAuthenticator, QUERY_TOKEN } from './handshake-authenticator.js';
import { OriginPolicy } from './origin.policy.js';
import { GATEWAY_PATH, PushEndpoints } from './push-endpoints.js';
import { parseSubprotocols, selectSubprotocol, type Subprotocols } from './subprotocols.js';
import { retryAfter, UpgradeRefused, writeRefusal } from './upgrade-refused.js';
import { checkUpgradeRequest, deviceIn, type RequestQuery, targetOf } from './upgrade-request.js';

/** Fragments and chunks of one message: `ws`'s defaults let tiny ones eat memory (CVE-2026-48779). */
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1024;

/**
 * The one `upgrade` listener of the process. Checks in this order, cheap before dear, and nothing of a stranger's
 * before 101: path, request, draining, origin, limits, token.
 */
@Injectable()
export class UpgradeDispatcher {
  private readonly logger = new Logger('Upgrades');
  private readonly webSockets: WebSocketServer;

  constructor(
    private readonly config: AppConfig,
    private readonly codecs: CodecRegistry,
    private readonly endpoints: PushEndpoints,
    private readonly addresses: ClientAddress,
    private readonly origins: OriginPolicy,
    private readonly limits: ConnectionLimits,
    private readonly authenticator: HandshakeAuthenticator,
    private readonly drain: DrainState,
    private readonly opener: ConnectionOpener,
    private readonly metrics: Metrics,
    private readonly refusals: RefusalLog,
  ) {
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: config.ws.maxPayloadBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      closeTimeout: config.ws.closeTimeoutMs,
      handleProtocols: (names) => selectSubprotocol([...names], this.codecs) ?? false,
    };
    this.webSockets = new WebSocketServer(options);
  }

  attach(server: Server): void {
    server.on('upgrade', this.onUpgrade);
  }

  detach(server: Server): void {
    server.off('upgrade', this.onUpgrade);
  }

  private readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // First of all: a reset during what follows must not become an unhandled error.
    socket.on('error', destroyOnError);
    this.upgrade(request, socket as Socket, head).catch((error: unknown) =>
      this.refuse(request, socket, error),
    );
  };

  private async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    if (socket.remoteAddress === undefined) {
      // Reset already: it would count towards nobody's limits, and be refused in nobody's name.
      this.metrics.upgradesRejected.inc({ reason: 'aborted' });
      socket.destroy();
      return;
    }
    const { path, query } = targetOf(request);
    const endpoint = this.endpoints.find(path);
    if (path !== GATEWAY_PATH && endpoint === undefined) {
      throw new UpgradeRefused(404, 'path');
    }
    checkUpgradeRequest(request);
    const deviceId = deviceIn(query);
    const subprotocols = parseSubprotocols(request.headers['sec-websocket-protocol'], this.codecs);
    this.checkDraining();
    this.checkOrigin(request, query, subprotocols);
    const address = this.addresses.addressOf(request);
    const place = await this.limits.reserve(address);
    let isOpen = false;
    try {
      const credentials = this.admit(request, query, subprotocols, endpoint !== undefined, place);
      // Time has passed since the first checks.
      this.checkDraining();
      if (socket.destroyed) {
        this.metrics.upgradesRejected.inc({ reason: 'aborted' });
        return;
      }
      socket.off('error', destroyOnError);
      // The response and the welcome leave in one write: the system call is a large part of an upgrade.
      socket.cork();
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        isOpen = true;
        if (credentials.turnAway !== undefined) {
          this.opener.turnAway(webSocket, place, credentials.turnAway);
          return;
        }
        this.opener.open(webSocket, socket, {
          address,
          place,
          codec: subprotocols.codec ?? this.codecs.default,
          principal: credentials.principal,
          deviceId,
          endpoint,
          query,
        });
      });
    } finally {
      socket.uncork();
      if (!isOpen) {
        place.release();
      }
    }
  }

  /** Who it is, and a place among that user's connections or among those that have not said yet. */
  private admit(
    request: IncomingMessage,
    query: RequestQuery,
    subprotocols: Subprotocols,
    isPushOnly: boolean,
    place: ConnectionPlace,
  ): Credentials {
    if (subprotocols.codec === undefined) {
      return { turnAway: CLOSE_REASONS.unknownVersion };
    }
    const credentials = this.authenticator.authenticate(request, query, subprotocols.token, !isPushOnly);
    const { principal, turnAway } = credentials;
    if (turnAway !== undefined) {
      return credentials;
    }
    if (principal === undefined) {
      if (!place.takeUnauthenticated()) {
        throw new UpgradeRefused(429, 'conn_unauthenticated', retryAfter());
      }
    } else if (!place.takeUser(principal.userId)) {
      if (request.headers.origin === undefined) {
        throw new UpgradeRefused(429, 'conn_user', retryAfter());
      }
      return { turnAway: CLOSE_REASONS.tooManyConnections };
    }
    return credentials;
  }

  private checkDraining(): void {
    if (this.drain.isDraining) {
      throw new UpgradeRefused(503, 'draining', retryAfter());
    }
  }

  private checkOrigin(request: IncomingMessage, query: RequestQuery, subprotocols: Subprotocols): void {
    const scheme = this.addresses.schemeOf(request);
    if (this.config.isProduction && this.addresses.isBehindProxy(request) && scheme !== 'https') {
      throw new UpgradeRefused(403, 'scheme');
    }
    const { origin, host = '' } = request.headers;
    // Without an Origin it is no browser: such a client can set headers or wait for its first message.
    const hasBrowserToken =
      subprotocols.token !== undefined || (this.config.auth.isQueryTokenAllowed && query.has(QUERY_TOKEN));
    const isAllowed =
      origin === undefined ? !hasBrowserToken : this.origins.isAllowed(origin, `${scheme}://${host}`);
    if (!isAllowed) {
      throw new UpgradeRefused(403, 'origin');
    }
  }

  private refuse(request: IncomingMessage, socket: Duplex, error: unknown): void {
    const isExpected = error instanceof UpgradeRefused;
    this.metrics.upgradesRejected.inc({ reason: isExpected ? error.reason : 'internal' });
    if (isExpected) {
      this.refusals.warn('upgrade refused', error.reason, this.addresses.addressOf(request));
    } else {
      this.logger.error('an upgrade failed', stackFramesOf(error));
    }
    if (!socket.destroyed) {
      writeRefusal(socket, isExpected ? error : new UpgradeRefused(503, 'overload', retryAfter()));
    }
  }
}

function destroyOnError(this: Duplex): void {
  this.destroy();
}
