import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { Optional } from '../http/optional.decorator.js';
import { DEVICE_ID } from './upgrade-request.js';

export class TokenDto {
  @IsString()
  @MinLength(1)
  @MaxLength(8192)
  token!: string;
}

export class AuthDto extends TokenDto {
  @Optional()
  @IsString()
  @Matches(DEVICE_ID)
  device?: string;
}
