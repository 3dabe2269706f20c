import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { TokenRefused } from '../../auth/token-refused.js';
import { TokenVerifier } from '../../auth/token-verifier.js';
import { Session } from '../../hub/session.js';
import { Clock } from '../../ports/clock.port.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { CommandGateway } from './command-gateway.decorator.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SocketConnection } from './socket-connection.js';
import { AuthDto, TokenDto } from './session.dto.js';

/** The commands of the connection itself. */
@CommandGateway()
export class SessionGateway {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly authenticator: SessionAuthenticator,
    private readonly clock: Clock,
  ) {}

  @SubscribeMessage('auth')
  authenticate(
    @ConnectedSocket() session: Session,
    @MessageBody() { token, device }: AuthDto,
  ): ReplyOf<'auth'> {
    if (session.principal !== undefined) {
      throw new CommandRefused('already_authenticated');
    }
    const connection = SocketConnection.of(session);
    let principal;
    try {
      principal = this.verifier.verify(token);
    } catch (error) {
      session.close(CLOSE_REASONS.tokenInvalid);
      throw error instanceof TokenRefused ? new CommandRefused('token_invalid') : error;
    }
    if (!connection.place.takeUser(principal.userId)) {
      session.close(CLOSE_REASONS.tooManyConnections);
      throw new CommandRefused('limit_exceeded');
    }
    if (device !== undefined) {
      session.deviceId = device;
    }
    return this.authenticator.authenticate(connection, principal);
  }

  @SubscribeMessage('auth.refresh')
  refresh(@ConnectedSocket() session: Session, @MessageBody() { token }: TokenDto): ReplyOf<'auth.refresh'> {
    let principal;
    try {
      principal = this.verifier.verify(token);
    } catch (error) {
      throw error instanceof TokenRefused ? new CommandRefused('token_invalid') : error;
    }
    if (principal.userId !== session.principal?.userId) {
      session.close(CLOSE_REASONS.subjectChanged);
      throw new CommandRefused('forbidden');
    }
    this.authenticator.refresh(SocketConnection.of(session), principal);
    return { expiresAt: principal.expiresAtMs ?? 0 };
  }

  @SubscribeMessage('ping')
  ping(): ReplyOf<'ping'> {
    return { time: this.clock.epochMs() };
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown): ReplyOf<'echo'> {
    return data;
  }
}
