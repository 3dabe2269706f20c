import { Controller, Delete, Get, NotFoundException, Param, Query, UsePipes } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/scope.guard.js';
import { Audited } from '../../transport/http/audited.decorator.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { PageDto } from './connections.dto.js';
import { type ConnectionPage, type ConnectionView, ConnectionsService } from './connections.service.js';

@ApiTags('connections')
@Controller('v1')
@Authenticated('connections')
@UsePipes(BodyValidationPipe)
export class ConnectionsController {
  constructor(private readonly connections: ConnectionsService) {}

  @Get('connections')
  @ApiOperation({ summary: 'Open connections, oldest first' })
  list(@Query() { after, limit }: PageDto): ConnectionPage {
    return this.connections.page(after, limit);
  }

  @Get('connections/:id')
  @ApiOperation({ summary: 'One connection' })
  find(@Param('id') id: string): ConnectionView {
    const connection = this.connections.find(id);
    if (connection === undefined) {
      throw new NotFoundException();
    }
    return connection;
  }

  @Delete('connections/:id')
  @Audited('connections.disconnect')
  @ApiOperation({ summary: 'Disconnect one connection (close code 3003)' })
  disconnect(@Param('id') id: string): { disconnected: number } {
    const disconnected = this.connections.disconnect(id);
    if (disconnected === 0) {
      throw new NotFoundException();
    }
    return { disconnected };
  }

  @Get('users/:id')
  @ApiOperation({ summary: "A user's connections; none when offline or unknown" })
  user(@Param('id') id: string): { user: string; isOnline: boolean; connections: ConnectionView[] } {
    const connections = this.connections.ofUser(id);
    return { user: id, isOnline: connections.length > 0, connections };
  }

  @Delete('users/:id')
  @Audited('users.disconnect')
  @ApiOperation({ summary: 'Disconnect a user on all devices (close code 3003)' })
  disconnectUser(@Param('id') id: string): { disconnected: number } {
    return { disconnected: this.connections.disconnectUser(id) };
  }
}
