import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { StorageFull } from '../../platform/errors/storage-full.error';
import { ApiProblems } from '../../platform/http/api-problems.decorator';
import { Caller, type Owner } from '../../platform/http/caller.decorator';
import { JSON_BODY_PROBLEMS, ValidationFailed } from '../../platform/http/http.errors';
import { IdPipe } from '../../platform/http/id.pipe';
import { JsonBodyGuard } from '../../platform/http/json-body.guard';
import { linkNext, PageQuery } from '../../platform/http/page.dto';
import {
  ApiIdempotencyKey,
  IDEMPOTENCY_PROBLEMS,
} from '../../platform/idempotency/api-idempotency.decorator';
import { IdempotencyInterceptor, OnceOnly } from '../../platform/idempotency/idempotency.interceptor';
import { Once, type Reply } from '../../platform/idempotency/once';
import { UrlNotAllowed } from '../../platform/outbound/outbound.errors';
import {
  CreateWebhookDto,
  NewWebhookDto,
  toDeliveryDto,
  toWebhookDto,
  UpdateWebhookDto,
  WebhookDeliveryDto,
  WebhookDto,
  WebhookSecretDto,
} from './webhooks.dto';
import { DeliveryNotFound, TooManyWebhooks, WebhookDisabled, WebhookNotFound } from './webhooks.errors';
import { WebhooksService, type NewWebhook } from './webhooks.service';

const WebhookId = () => Param('webhook_id', IdPipe(WebhookNotFound));
const ApiWebhookId = () => ApiParam({ name: 'webhook_id', format: 'uuid', description: 'The endpoint' });

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @Header('Cache-Control', 'no-store')
  @UseGuards(JsonBodyGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({ operationId: 'createWebhook', summary: 'Have events posted to a URL' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: NewWebhookDto, description: 'The endpoint and its secret' })
  @ApiProblems(UrlNotAllowed, TooManyWebhooks, ...JSON_BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS, StorageFull)
  create(
    @Caller() owner: Owner,
    @Body() body: CreateWebhookDto,
    @OnceOnly() once: Once,
  ): Promise<NewWebhookDto> {
    const { url, description = null, event_types: events = [] } = body;
    const reply = ({ webhook, secret }: NewWebhook) => ({ body: { ...toWebhookDto(webhook), secret } });
    return once.answer(body, async (keep) =>
      reply(
        await this.webhooks.create(owner, { url, description, events }, (queries, made) =>
          keep(queries, reply(made)),
        ),
      ),
    );
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List your webhooks, newest first' })
  @ApiOkResponse({ type: [WebhookDto], description: 'Every endpoint, but for its secret' })
  @ApiProblems()
  async list(@Caller() owner: Owner): Promise<WebhookDto[]> {
    return (await this.webhooks.list(owner)).map(toWebhookDto);
  }

  @Post('callback-secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({
    operationId: 'rotateCallbackSecret',
    summary: 'Get a new secret for the callbacks of your uploads',
    description: 'What is posted to the `callback_url` of an upload is signed with it.',
  })
  @ApiIdempotencyKey()
  @ApiOkResponse({ type: WebhookSecretDto, description: 'The secret' })
  @ApiProblems(StorageFull, ...IDEMPOTENCY_PROBLEMS)
  callbackSecret(@Caller() owner: Owner, @OnceOnly() once: Once): Promise<WebhookSecretDto> {
    return once.answer({}, async (keep) =>
      toReply(
        await this.webhooks.rotateCallbackSecret(owner, (queries, secret) => keep(queries, toReply(secret))),
      ),
    );
  }

  @Get(':webhook_id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'See a webhook' })
  @ApiWebhookId()
  @ApiOkResponse({ type: WebhookDto, description: 'The endpoint' })
  @ApiProblems(WebhookNotFound)
  async get(@Caller() owner: Owner, @WebhookId() webhookId: string): Promise<WebhookDto> {
    return toWebhookDto(await this.webhooks.get(owner, webhookId));
  }

  @Patch(':webhook_id')
  @UseGuards(JsonBodyGuard)
  @ApiOperation({ operationId: 'updateWebhook', summary: 'Change, enable or disable a webhook' })
  @ApiWebhookId()
  @ApiOkResponse({ type: WebhookDto, description: 'The endpoint, as changed' })
  @ApiProblems(WebhookNotFound, UrlNotAllowed, ...JSON_BODY_PROBLEMS, StorageFull)
  async update(
    @Caller() owner: Owner,
    @WebhookId() webhookId: string,
    @Body() { event_types: events, ...change }: UpdateWebhookDto,
  ): Promise<WebhookDto> {
    const wish = { ...change, ...(events && { events }) };
    return toWebhookDto(await this.webhooks.update(owner, webhookId, wish));
  }

  @Delete(':webhook_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Delete a webhook and what waits for it' })
  @ApiWebhookId()
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(WebhookNotFound, StorageFull)
  delete(@Caller() owner: Owner, @WebhookId() webhookId: string): Promise<void> {
    return this.webhooks.delete(owner, webhookId);
  }

  @Post(':webhook_id/rotate-secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @UseInterceptors(IdempotencyInterceptor)
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Get a new secret',
    description:
      'For 24 hours messages have signatures by the secrets before, too, so that receivers can change over.',
  })
  @ApiWebhookId()
  @ApiIdempotencyKey()
  @ApiOkResponse({ type: WebhookSecretDto, description: 'The new secret' })
  @ApiProblems(WebhookNotFound, StorageFull, ...IDEMPOTENCY_PROBLEMS)
  rotate(
    @Caller() owner: Owner,
    @WebhookId() webhookId: string,
    @OnceOnly() once: Once,
  ): Promise<WebhookSecretDto> {
    return once.answer({}, async (keep) =>
      toReply(
        await this.webhooks.rotateSecret(owner, webhookId, (queries, secret) =>
          keep(queries, toReply(secret)),
        ),
      ),
    );
  }

  @Post(':webhook_id/test')
  @HttpCode(202)
  @ApiOperation({ operationId: 'testWebhook', summary: 'Send a test message' })
  @ApiWebhookId()
  @ApiAcceptedResponse({ type: WebhookDeliveryDto, description: 'The message on its way' })
  @ApiProblems(WebhookNotFound, WebhookDisabled, StorageFull)
  async test(@Caller() owner: Owner, @WebhookId() webhookId: string): Promise<WebhookDeliveryDto> {
    return toDeliveryDto(await this.webhooks.test(owner, webhookId));
  }

  @Get(':webhook_id/deliveries')
  @ApiOperation({ operationId: 'listDeliveries', summary: 'List what was sent to a webhook, newest first' })
  @ApiWebhookId()
  @ApiOkResponse({
    type: [WebhookDeliveryDto],
    description: 'Messages of the last month, and those that wait',
    headers: { Link: { description: 'The next page, if there is one', schema: { type: 'string' } } },
  })
  @ApiProblems(WebhookNotFound, ValidationFailed)
  async deliveries(
    @Caller() owner: Owner,
    @WebhookId() webhookId: string,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookDeliveryDto[]> {
    const { entries, next } = await this.webhooks.listDeliveries(owner, webhookId, query);
    linkNext(request, response, next);
    return entries.map(toDeliveryDto);
  }

  @Post(':webhook_id/deliveries/:delivery_id/redeliver')
  @HttpCode(202)
  @ApiOperation({ operationId: 'redeliver', summary: 'Send a message again, as the same message' })
  @ApiWebhookId()
  @ApiParam({ name: 'delivery_id', format: 'uuid', description: 'The message' })
  @ApiAcceptedResponse({ type: WebhookDeliveryDto, description: 'The message on its way' })
  @ApiProblems(WebhookNotFound, DeliveryNotFound, WebhookDisabled, StorageFull)
  async redeliver(
    @Caller() owner: Owner,
    @WebhookId() webhookId: string,
    @Param('delivery_id', IdPipe(DeliveryNotFound)) deliveryId: string,
  ): Promise<WebhookDeliveryDto> {
    return toDeliveryDto(await this.webhooks.redeliver(owner, webhookId, deliveryId));
  }
}

function toReply(secret: string): Reply<WebhookSecretDto> {
  return { body: { secret } };
}
