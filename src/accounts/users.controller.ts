import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { StorageFull } from '../platform/errors/storage-full.error';
import { ApiProblems, ApiPublicProblems } from '../platform/http/api-problems.decorator';
import { CallerIdentity, type Identity } from '../platform/http/caller.decorator';
import { WrongCredentials } from '../platform/http/caller.errors';
import { JSON_BODY_PROBLEMS } from '../platform/http/http.errors';
import { JsonBodyGuard } from '../platform/http/json-body.guard';
import { ApiIdempotencyKey, IDEMPOTENCY_PROBLEMS } from '../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../platform/idempotency/idempotency.interceptor';
import { Once } from '../platform/idempotency/once';
import { Public } from '../platform/http/public.decorator';
import { RateLimit } from '../platform/rate-limits/rate-limit.decorator';
import { RateLimited } from '../platform/rate-limits/rate-limits.errors';
import { EmailTaken, UsernameTaken } from './accounts.errors';
import { AccountsService } from './accounts.service';
import { PeopleOnly, UsersOnly } from './restriction.guard';
import type { User } from './user';
import {
  ChangePasswordDto,
  CurrentUserDto,
  DeleteUserDto,
  RegisterDto,
  toUserDto,
  UpdateUserDto,
  UserDto,
} from './users.dto';

@ApiTags('accounts')
@Controller('users')
export class UsersController {
  constructor(private readonly accounts: AccountsService) {}

  @Post('register')
  @RateLimit(['register', 'writes'])
  @Public()
  @UseGuards(JsonBodyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({ operationId: 'register', summary: 'Make an account' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: UserDto, description: 'The account; log in with it' })
  @ApiPublicProblems(
    RateLimited,
    UsernameTaken,
    EmailTaken,
    ...JSON_BODY_PROBLEMS,
    ...IDEMPOTENCY_PROBLEMS,
    StorageFull,
    DatabaseUnavailable,
  )
  register(@Body() body: RegisterDto, @OnceOnly() once: Once): Promise<UserDto> {
    const { full_name, ...names } = body;
    const reply = (user: User) => ({ body: toUserDto(user) });
    return once.answer(body, async (keep) =>
      reply(
        await this.accounts.register({ ...names, fullName: full_name ?? null }, (queries, user) =>
          keep(queries, reply(user)),
        ),
      ),
    );
  }

  @Get('me')
  @UsersOnly()
  @ApiOperation({ operationId: 'getCurrentUser', summary: 'See who you are' })
  @ApiOkResponse({ type: CurrentUserDto, description: 'The caller' })
  @ApiProblems()
  async me(@CallerIdentity() { userId, role }: Identity): Promise<CurrentUserDto> {
    return { ...toUserDto(await this.accounts.get(userId!)), role };
  }

  @Patch('me')
  @UseGuards(JsonBodyGuard)
  @PeopleOnly()
  @ApiOperation({ operationId: 'updateCurrentUser', summary: 'Change your name' })
  @ApiOkResponse({ type: CurrentUserDto, description: 'The caller, as changed' })
  @ApiProblems(...JSON_BODY_PROBLEMS, StorageFull)
  async update(
    @CallerIdentity() { userId, role }: Identity,
    @Body() { full_name }: UpdateUserDto,
  ): Promise<CurrentUserDto> {
    const user =
      full_name === undefined
        ? await this.accounts.get(userId!)
        : await this.accounts.rename(userId!, full_name);
    return { ...toUserDto(user), role };
  }

  @Post('me/password')
  @RateLimit(['login', 'writes']) // it tries a password too
  @HttpCode(204)
  @UseGuards(JsonBodyGuard)
  @PeopleOnly()
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change your password and end your other sessions',
  })
  @ApiNoContentResponse({ description: 'It is changed' })
  @ApiProblems(WrongCredentials, ...JSON_BODY_PROBLEMS, StorageFull)
  changePassword(@CallerIdentity() caller: Identity, @Body() body: ChangePasswordDto): Promise<void> {
    return this.accounts.changePassword(caller, body.current_password, body.new_password);
  }

  @Delete('me')
  @HttpCode(204)
  @UseGuards(JsonBodyGuard)
  @PeopleOnly()
  @ApiOperation({
    operationId: 'deleteCurrentUser',
    summary: 'Delete your account and all that you own',
    description: 'Tokens and keys stop to work at once; jobs, files and artifacts go in the background.',
  })
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(WrongCredentials, ...JSON_BODY_PROBLEMS, StorageFull)
  delete(@CallerIdentity() { userId }: Identity, @Body() { password }: DeleteUserDto): Promise<void> {
    return this.accounts.delete(userId!, password);
  }
}
