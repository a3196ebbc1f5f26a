import { Body, Controller, Header, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../../platform/database/database.errors';
import { StorageFull } from '../../platform/errors/storage-full.error';
import { ApiProblems, ApiPublicProblems } from '../../platform/http/api-problems.decorator';
import { CallerIdentity, type Identity } from '../../platform/http/caller.decorator';
import { InvalidToken, WrongCredentials } from '../../platform/http/caller.errors';
import { JSON_BODY_PROBLEMS } from '../../platform/http/http.errors';
import { JsonBodyGuard } from '../../platform/http/json-body.guard';
import { Public } from '../../platform/http/public.decorator';
import { RateLimit } from '../../platform/rate-limits/rate-limit.decorator';
import { RateLimited } from '../../platform/rate-limits/rate-limits.errors';
import { CrossOrigin } from '../accounts.errors';
import { PeopleOnly } from '../restriction.guard';
import { clearingCookie, readRefreshCookie, refreshCookie } from './refresh-cookie';
import { SameOriginGuard } from './same-origin.guard';
import { AccessTokenDto, LoginDto, toAccessTokenDto } from './sessions.dto';
import { SessionsService } from './sessions.service';

/**
 * How long a refresh token that was exchanged is good once more, in milliseconds: tabs refresh at the same time,
 * and a page that is reloaded never sees the answer.
 */
const LEEWAY_MS = 10_000;

/** Sessions of pages: the refresh token is in a cookie that no script can read. See docs/adr/0033-cookies.md. */
@ApiTags('accounts')
@UseGuards(SameOriginGuard)
@Controller('auth/cookie')
export class CookieSessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  @RateLimit(['login', 'writes'])
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Public()
  @UseGuards(JsonBodyGuard)
  @ApiOperation({
    operationId: 'loginByCookie',
    summary: 'Log in from a page',
    description:
      'For pages of the same origin: the refresh token comes as a cookie that scripts cannot read.',
  })
  @ApiOkResponse({ type: AccessTokenDto, description: 'An access token of a new session' })
  @ApiPublicProblems(
    WrongCredentials,
    RateLimited,
    CrossOrigin,
    ...JSON_BODY_PROBLEMS,
    StorageFull,
    DatabaseUnavailable,
  )
  async login(
    @Body() { username, password }: LoginDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccessTokenDto> {
    const tokens = await this.sessions.begin(username, password);
    response.setHeader('Set-Cookie', refreshCookie(tokens.refreshToken, request));
    return toAccessTokenDto(tokens);
  }

  @Post('refresh')
  @RateLimit(['reads']) // a page asks whenever it is opened
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Public()
  @ApiOperation({
    operationId: 'refreshByCookie',
    summary: 'Exchange the cookie of a page for an access token',
    description:
      'The cookie is replaced: the one before works for ten seconds more, then its use ends the session.',
  })
  @ApiOkResponse({ type: AccessTokenDto, description: 'The next access token of the session' })
  @ApiNoContentResponse({ description: 'There is no cookie: nobody is logged in' })
  @ApiPublicProblems(InvalidToken, RateLimited, CrossOrigin, StorageFull, DatabaseUnavailable)
  async refresh(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccessTokenDto | undefined> {
    const token = readRefreshCookie(request);
    if (token === undefined) {
      response.status(204);
      return undefined;
    }
    response.setHeader('Set-Cookie', clearingCookie(request)); // unless it is good
    const tokens = await this.sessions.renew(token, LEEWAY_MS);
    response.setHeader('Set-Cookie', refreshCookie(tokens.refreshToken, request));
    return toAccessTokenDto(tokens);
  }

  @Post('logout')
  @HttpCode(204)
  @PeopleOnly()
  @ApiOperation({ operationId: 'logoutByCookie', summary: 'End the session of a page' })
  @ApiNoContentResponse({ description: 'Its token does not work any more, the cookie is gone' })
  @ApiProblems(CrossOrigin, StorageFull)
  async logout(
    @CallerIdentity() caller: Identity,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.sessions.end(caller);
    response.setHeader('Set-Cookie', clearingCookie(request));
  }
}
