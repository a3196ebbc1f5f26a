import { Controller, Get, HttpCode, Inject, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AdminOnly } from '../../accounts/restriction.guard';
import { LocalCookie } from '../../accounts/sessions/local-cookie';
import { OpenedBy, PagePasses } from '../../accounts/sessions/page-passes';
import { ApiProblems } from '../../platform/http/api-problems.decorator';
import { CallerIdentity, type Identity } from '../../platform/http/caller.decorator';
import { RouteNotFound } from '../../platform/http/http.errors';
import { RateLimit } from '../../platform/rate-limits/rate-limit.decorator';
import { Act, AnswersItself } from '../admin-act';
import { AdminLogInterceptor } from '../admin-log.interceptor';
import { BOARD_PATH, QueueBoard } from './queue-board';

const COOKIE = new LocalCookie('filemill_queues');

/** The queue in Redis, for people to look at. See docs/adr/0053-queue-board.md. */
@ApiTags('admin')
@AdminOnly()
@UseInterceptors(AdminLogInterceptor)
@Controller(BOARD_PATH)
export class QueueBoardController {
  constructor(
    @Inject(QueueBoard) private readonly board: QueueBoard | undefined,
    private readonly passes: PagePasses,
  ) {}

  @Post('session')
  @HttpCode(204)
  @Act('open_queues')
  @ApiOperation({
    operationId: 'openQueues',
    summary: 'Open the pages of the queue to this browser for an hour',
    description:
      'For administrators who logged in here: the answer sets a cookie that scripts cannot read. It opens `/admin/queues`, where ' +
      'Bull Board shows what of the tasks lies in Redis, and nothing else.',
  })
  @ApiNoContentResponse({ description: 'The browser has the cookie' })
  @ApiProblems(RouteNotFound)
  async open(
    @CallerIdentity() caller: Identity,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    this.existing();
    response.setHeader('Set-Cookie', await this.passes.issue(COOKIE, caller, request));
  }

  /** Its pages ask again every few seconds, so they are not limited. */
  @Get(['', '*path'])
  @Act('see_queue')
  @AnswersItself()
  @OpenedBy(COOKIE)
  @RateLimit([])
  @ApiExcludeEndpoint()
  async look(@Req() request: Request, @Res() response: Response): Promise<void> {
    const board = this.existing();
    response.setHeader('Content-Security-Policy', board.policy);
    response.setHeader('Cache-Control', 'private, no-cache');
    if (!(await board.serve(request, response))) throw new RouteNotFound();
  }

  private existing(): QueueBoard {
    if (this.board) return this.board;
    throw new RouteNotFound('Without REDIS_URL no tasks lie in Redis; GET /admin/queue tells what waits.');
  }
}
