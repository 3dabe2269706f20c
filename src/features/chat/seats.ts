import { Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import type { Session } from '../../hub/session.js';
import type { Role, RoomKind } from '../../protocol/chat.js';

/** A session's place in a room it has joined, or is about to join. */
export interface Seat {
  readonly room: string;
  readonly kind: RoomKind;
  readonly role: Role;
  readonly slowModeSeconds: number;
  /** It is about to join; nobody is shown it yet. */
  readonly isPending?: boolean;
}

/** Which rooms the sessions of this node sit in. Losing the seat is how a kick reaches a live socket. */
@Injectable()
export class Seats {
  private readonly bySession = new Map<Session, Map<string, Seat>>();
  private readonly byRoom = new Map<string, Set<Session>>();

  constructor(private readonly hub: Hub) {
    hub.observe({ left: (session) => this.leaveAll(session) });
  }

  /** Takes or replaces the seat. */
  take(session: Session, seat: Seat): void {
    if (session.isClosed) {
      return;
    }
    let seats = this.bySession.get(session);
    if (seats === undefined) {
      seats = new Map();
      this.bySession.set(session, seats);
    }
    seats.set(seat.room, seat);
    const sessions = this.byRoom.get(seat.room) ?? new Set();
    this.byRoom.set(seat.room, sessions.add(session));
  }

  find(session: Session, room: string): Seat | undefined {
    return this.bySession.get(session)?.get(room);
  }

  roomsOf(session: Session): readonly string[] {
    return [...(this.bySession.get(session)?.keys() ?? [])];
  }

  countOf(session: Session): number {
    return this.bySession.get(session)?.size ?? 0;
  }

  sessionsIn(room: string): ReadonlySet<Session> {
    return this.byRoom.get(room) ?? NOBODY;
  }

  /** The sessions of one user that sit in the room. */
  sessionsOf(user: string, room: string): Session[] {
    return [...this.hub.sessionsOf(user)].filter((session) => this.find(session, room) !== undefined);
  }

  /** Users in the room, each once. */
  usersIn(room: string): string[] {
    const seated = [...this.sessionsIn(room)].filter(
      (session) => this.find(session, room)?.isPending !== true,
    );
    return [...new Set(seated.map(({ principal }) => principal!.userId))];
  }

  /** Puts new settings on all seats of the room, or on those of one user. */
  change(room: string, change: Partial<Pick<Seat, 'role' | 'slowModeSeconds'>>, user?: string): void {
    const sessions = user === undefined ? this.sessionsIn(room) : this.sessionsOf(user, room);
    for (const session of sessions) {
      const seats = this.bySession.get(session)!;
      seats.set(room, { ...seats.get(room)!, ...change });
    }
  }

  leave(session: Session, room: string): void {
    const seats = this.bySession.get(session);
    seats?.delete(room);
    if (seats?.size === 0) {
      this.bySession.delete(session);
    }
    const sessions = this.byRoom.get(room);
    sessions?.delete(session);
    if (sessions?.size === 0) {
      this.byRoom.delete(room);
    }
  }

  private leaveAll(session: Session): void {
    for (const room of this.roomsOf(session)) {
      this.leave(session, room);
    }
  }
}

const NOBODY: ReadonlySet<Session> = new Set();
