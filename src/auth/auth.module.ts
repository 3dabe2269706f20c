import { Global, Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { ApiKeys } from './api-keys.js';
import { DemoTokens } from './demo-tokens.js';
import { HttpAuthenticator } from './http-authenticator.js';
import { KeyRing } from './key-ring.js';
import { TokenVerifier } from './token-verifier.js';

@Global()
@Module({
  imports: [JwtModule.register({})],
  providers: [KeyRing, TokenVerifier, ApiKeys, HttpAuthenticator, DemoTokens],
  exports: [TokenVerifier, HttpAuthenticator, DemoTokens],
})
export class AuthModule {}
