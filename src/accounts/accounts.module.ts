import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccountsService } from './accounts.service';
import { ApiKeysController } from './api-keys/api-keys.controller';
import { ApiKeysRepository } from './api-keys/api-keys.repository';
import { ApiKeysService } from './api-keys/api-keys.service';
import { AuthenticationGuard } from './authentication.guard';
import { Authenticator } from './authenticator';
import { DeleteOwnedDataHandler } from './delete-owned-data.handler';
import { ExternalUsers } from './oidc/external-users';
import { ForeignTokens } from './oidc/foreign-tokens';
import { Passwords } from './passwords';
import { AccessTokens } from './sessions/access-tokens';
import { CookieSessionsController } from './sessions/cookie-sessions.controller';
import { PagePasses } from './sessions/page-passes';
import { SessionsController } from './sessions/sessions.controller';
import { SessionsRepository } from './sessions/sessions.repository';
import { SessionsService } from './sessions/sessions.service';
import { SessionsSweeper } from './sessions/sessions.sweeper';
import { SignedTokens } from './sessions/signed-tokens';
import { UsersController } from './users.controller';
import { UsersRepository } from './users.repository';

/** Who calls: users, their sessions and keys, and the guard that knows the caller of every request. */
@Module({
  imports: [DiscoveryModule],
  controllers: [UsersController, SessionsController, CookieSessionsController, ApiKeysController],
  providers: [
    UsersRepository,
    AccountsService,
    Passwords,
    SessionsRepository,
    SessionsService,
    SessionsSweeper,
    SignedTokens,
    AccessTokens,
    PagePasses,
    ApiKeysRepository,
    ApiKeysService,
    ForeignTokens,
    ExternalUsers,
    Authenticator,
    DeleteOwnedDataHandler,
    { provide: APP_GUARD, useClass: AuthenticationGuard },
  ],
  exports: [UsersRepository, AccountsService, PagePasses],
})
export class AccountsModule {}
