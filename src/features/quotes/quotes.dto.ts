import { ArrayNotEmpty, IsArray, IsIn, IsOptional, Matches } from 'class-validator';
import type { SubscriptionMode } from '../../protocol/commands.js';

/** A symbol as feeds name it; no wildcards. */
const SYMBOL = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,31}$/;

export class SymbolsDto {
  @IsArray()
  @ArrayNotEmpty()
  @Matches(SYMBOL, { each: true })
  symbols!: string[];
}

export class SubscribeDto extends SymbolsDto {
  /** `merge`: the newest value. `all`: every value. */
  @IsOptional()
  @IsIn(['merge', 'all'])
  mode?: SubscriptionMode;
}
