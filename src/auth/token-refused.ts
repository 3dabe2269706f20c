/** Why a token was refused. Goes to metrics and logs; the client learns only that it was. */
export type TokenRefusal =
  | 'token_malformed'
  | 'token_header'
  | 'token_typ'
  | 'token_kid'
  | 'token_alg'
  | 'token_signature'
  | 'token_time'
  | 'token_iss'
  | 'token_aud'
  | 'token_sub'
  | 'token_query';

export class TokenRefused extends Error {
  constructor(readonly reason: TokenRefusal) {
    super(`The token was refused: ${reason}`);
  }
}
