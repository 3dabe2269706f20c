import { Module } from '@nestjs/common';
import { ChatGateway } from './chat.gateway.js';
import { HistoryService } from './history.service.js';
import { JoinsService } from './joins.service.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { MessagesService } from './messages.service.js';
import { ModerationGateway } from './moderation.gateway.js';
import { PresenceGateway } from './presence.gateway.js';
import { ReadMarkersService } from './read-markers.service.js';
import { RevisionsService } from './revisions.service.js';
import { RoomFeed } from './room-feed.js';
import { RoomMessagesController } from './room-messages.controller.js';
import { RoomPresence } from './room-presence.js';
import { RoomsController } from './rooms.controller.js';
import { RoomsService } from './rooms.service.js';
import { Seats } from './seats.js';
import { SendLimits } from './send-limits.js';
import { TypingService } from './typing.service.js';
import { UnreadWatch } from './unread-watch.js';
import { UnsettledChanges } from './unsettled-changes.js';
import { UnsettledSends } from './unsettled-sends.js';

@Module({
  controllers: [RoomsController, MembersController, RoomMessagesController],
  providers: [
    ChatGateway,
    HistoryService,
    JoinsService,
    MembersService,
    MessagesService,
    ModerationGateway,
    PresenceGateway,
    ReadMarkersService,
    RevisionsService,
    RoomFeed,
    RoomPresence,
    RoomsService,
    Seats,
    SendLimits,
    TypingService,
    UnreadWatch,
    UnsettledChanges,
    UnsettledSends,
  ],
})
export class ChatModule {}
