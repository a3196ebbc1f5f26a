import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { StorageFull } from '../../platform/errors/storage-full.error';
import { ApiProblems } from '../../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../../platform/http/caller.decorator';
import { JSON_BODY_PROBLEMS } from '../../platform/http/http.errors';
import { IdPipe } from '../../platform/http/id.pipe';
import { JsonBodyGuard } from '../../platform/http/json-body.guard';
import {
  ApiIdempotencyKey,
  IDEMPOTENCY_PROBLEMS,
} from '../../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../../platform/idempotency/idempotency.interceptor';
import { Once } from '../../platform/idempotency/once';
import { ApiKeyNotFound, TooManyApiKeys } from '../accounts.errors';
import { PeopleOnly, UsersOnly } from '../restriction.guard';
import { ApiKeyDto, CreateApiKeyDto, NewApiKeyDto, toApiKeyDto } from './api-keys.dto';
import { ApiKeysService, type NewApiKey } from './api-keys.service';

@ApiTags('accounts')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Post()
  @Header('Cache-Control', 'no-store')
  @UseGuards(JsonBodyGuard)
  @PeopleOnly()
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({ operationId: 'createApiKey', summary: 'Make a key for a machine' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: NewApiKeyDto, description: 'The key; it is not shown again' })
  @ApiProblems(TooManyApiKeys, ...JSON_BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS, StorageFull)
  create(
    @Caller() userId: Owner,
    @Body() body: CreateApiKeyDto,
    @OnceOnly() once: Once,
  ): Promise<NewApiKeyDto> {
    const { name, scopes = ['read', 'write'], expires_in: expiresIn } = body;
    const reply = ({ apiKey, key }: NewApiKey) => ({ body: { ...toApiKeyDto(apiKey), key } });
    return once.answer(body, async (keep) =>
      reply(
        await this.apiKeys.create(userId, { name, scopes, expiresIn }, (queries, made) =>
          keep(queries, reply(made)),
        ),
      ),
    );
  }

  @Get()
  @UsersOnly()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'List your keys, newest first' })
  @ApiOkResponse({ type: [ApiKeyDto], description: 'Every key, but for its secret' })
  @ApiProblems()
  async list(@Caller() userId: Owner): Promise<ApiKeyDto[]> {
    return (await this.apiKeys.list(userId)).map(toApiKeyDto);
  }

  @Delete(':key_id')
  @HttpCode(204)
  @PeopleOnly()
  @ApiOperation({ operationId: 'deleteApiKey', summary: 'Delete a key, which stops to work at once' })
  @ApiParam({ name: 'key_id', format: 'uuid', description: 'The key' })
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(ApiKeyNotFound, StorageFull)
  delete(@Caller() userId: Owner, @Param('key_id', IdPipe(ApiKeyNotFound)) keyId: string): Promise<void> {
    return this.apiKeys.delete(userId, keyId);
  }
}
