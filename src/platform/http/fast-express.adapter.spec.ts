import { Controller, Get, Module, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { FastExpressAdapter } from './fast-express.adapter';

interface Prototypes {
  readonly request: object;
  readonly response: object;
}

@Controller()
class EchoController {
  @Get('inherited')
  inherited(@Req() request: Request, @Res() response: Response): void {
    response
      .status(201)
      .set('X-Path', request.path)
      .cookie('a', 'b')
      .json({ query: request.query, ip: request.ip });
  }

  @Post('body')
  body(@Req() request: Request): unknown {
    return request.body;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

describe('FastExpressAdapter', () => {
  let app: NestExpressApplication;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    app = await NestFactory.create<NestExpressApplication>(EchoModule, new FastExpressAdapter(), {
      logger: false,
    });
    server = app.getHttpServer();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterEach(() => app.close());

  /** The prototypes of a request and its response before Express has seen them, and after. */
  async function prototypes() {
    const seen: object[] = [];
    const look = (request: IncomingMessage, response: ServerResponse) =>
      seen.push(Object.getPrototypeOf(request) as object, Object.getPrototypeOf(response) as object);
    server.prependListener('request', look);
    server.on('request', look);
    await fetch(`${url}/inherited`);
    return seen;
  }

  it('has requests and responses born with the prototypes that Express gives them', async () => {
    const { request, response } = app.getHttpAdapter().getInstance() as Prototypes;
    const [requestAtBirth, responseAtBirth, requestLater, responseLater] = await prototypes();
    expect(requestAtBirth).toBe(request);
    expect(responseAtBirth).toBe(response);
    expect(requestLater).toBe(requestAtBirth);
    expect(responseLater).toBe(responseAtBirth);
  });

  it('loses nothing of what Express and Node bring', async () => {
    const answer = await fetch(`${url}/inherited?a=1`);
    expect([answer.status, answer.headers.get('x-path'), answer.headers.get('set-cookie')]).toEqual([
      201,
      '/inherited',
      'a=b; Path=/',
    ]);
    expect(await answer.json()).toEqual({ query: { a: '1' }, ip: '127.0.0.1' });
    const body = await fetch(`${url}/body`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"x":1}',
    });
    expect(await body.json()).toEqual({ x: 1 });
  });

  it('lets two applications live side by side', async () => {
    const other = await NestFactory.create<NestExpressApplication>(EchoModule, new FastExpressAdapter(), {
      logger: false,
    });
    await other.listen(0, '127.0.0.1');
    const answers = await Promise.all([url, await other.getUrl()].map((base) => fetch(`${base}/inherited`)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    await other.close();
  });

  it('bounds what a client may leave unsaid, but not how long an honest upload takes', () => {
    expect(server.requestTimeout).toBe(0);
    expect(server.headersTimeout).toBe(30_000);
    expect(server.timeout).toBe(120_000);
  });
});
