import { Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
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
import { PeopleOnly } from '../restriction.guard';
import { LoginDto, RefreshDto, TokensDto, toTokensDto } from './sessions.dto';
import { SessionsService } from './sessions.service';

@ApiTags('accounts')
@Controller('auth')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  @RateLimit(['login', 'writes'])
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Public()
  @UseGuards(JsonBodyGuard)
  @ApiOperation({ operationId: 'login', summary: 'Log in' })
  @ApiOkResponse({ type: TokensDto, description: 'Tokens of a new session' })
  @ApiPublicProblems(WrongCredentials, RateLimited, ...JSON_BODY_PROBLEMS, StorageFull, DatabaseUnavailable)
  async login(@Body() { username, password }: LoginDto): Promise<TokensDto> {
    return toTokensDto(await this.sessions.begin(username, password));
  }

  @Post('refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Public()
  @UseGuards(JsonBodyGuard)
  @ApiOperation({
    operationId: 'refreshTokens',
    summary: 'Exchange a refresh token for new tokens',
    description: 'A refresh token works once. When one comes a second time, its session ends.',
  })
  @ApiOkResponse({ type: TokensDto, description: 'The next tokens of the session' })
  @ApiPublicProblems(InvalidToken, RateLimited, ...JSON_BODY_PROBLEMS, StorageFull, DatabaseUnavailable)
  async refresh(@Body() { refresh_token }: RefreshDto): Promise<TokensDto> {
    return toTokensDto(await this.sessions.renew(refresh_token));
  }

  @Post('logout')
  @HttpCode(204)
  @PeopleOnly()
  @ApiOperation({ operationId: 'logout', summary: 'End the session' })
  @ApiNoContentResponse({ description: 'Its tokens do not work any more' })
  @ApiProblems(StorageFull)
  logout(@CallerIdentity() caller: Identity): Promise<void> {
    return this.sessions.end(caller);
  }
}
