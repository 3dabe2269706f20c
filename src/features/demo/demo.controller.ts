import { Body, Controller, HttpCode, Post, UsePipes } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsString, Matches, MaxLength } from 'class-validator';
import { type DemoToken, DemoTokens } from '../../auth/demo-tokens.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { Optional } from '../../transport/http/optional.decorator.js';

class DemoTokenDto {
  @ApiProperty({ description: 'Any name' })
  @IsString()
  @Matches(/^[^\p{C}\p{Z}]{1,128}$/u)
  sub!: string;

  @ApiPropertyOptional({ type: [String], description: '`admin` may do everything' })
  @Optional()
  @IsArray()
  @ArrayMaxSize(16)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  roles?: string[];

  @ApiPropertyOptional({ description: 'Scopes, separated by blanks' })
  @Optional()
  @IsString()
  @MaxLength(256)
  scope?: string;
}

/** Signs anybody in: the playground's login. */
@ApiTags('demo')
@Controller('demo')
@UsePipes(BodyValidationPipe)
export class DemoController {
  constructor(private readonly tokens: DemoTokens) {}

  @Post('token')
  @HttpCode(200)
  @ApiOperation({ summary: 'A token for any name (demo mode only)' })
  issue(@Body() { sub, roles, scope }: DemoTokenDto): DemoToken {
    return this.tokens.issue(sub, roles, scope);
  }
}
