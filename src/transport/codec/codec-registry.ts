import { Injectable } from '@nestjs/common';
import type { Codec } from '../../protocol/codec.js';
import { JsonCodec } from './json.codec.js';

/** The wire formats this gateway speaks, one shared instance each. */
@Injectable()
export class CodecRegistry {
  /** What a client speaks that names no subprotocol. */
  readonly default: Codec = new JsonCodec();

  private readonly codecs: ReadonlyMap<string, Codec> = new Map([[this.default.subprotocol, this.default]]);

  find(subprotocol: string): Codec | undefined {
    return this.codecs.get(subprotocol);
  }
}
