import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { answerChunks, ApiProblems, ClientGone, Clock, ValidationFailed } from 'filemill/plugin-api';
import { ItemsQuery, NumbersQuery, PromptQuery } from './streams.dto';
import { answerWords, items, logLines, numbers } from './streams';

const TEXT = 'text/plain; charset=utf-8';
const NDJSON = 'application/x-ndjson';

const ApiText = (description: string) =>
  ApiOkResponse({ description, content: { 'text/plain': { schema: { type: 'string' } } } });

/** Answers that are made while they are sent: no faster than the client reads, and no longer than it stays. */
@ApiTags('streams')
@Controller('stream')
export class StreamsController {
  constructor(private readonly clock: Clock) {}

  @Get('numbers')
  @ApiOperation({ operationId: 'streamNumbers', summary: 'Count' })
  @ApiText('A line for each number')
  @ApiProblems(ValidationFailed)
  numbers(@Query() { count }: NumbersQuery): StreamableFile {
    return answerChunks(TEXT, numbers(count));
  }

  @Get('logs')
  @ApiOperation({ operationId: 'streamLogs', summary: 'Follow a log that is made up' })
  @ApiText('A line every 200 ms')
  @ApiProblems()
  logs(@ClientGone() gone: AbortSignal): StreamableFile {
    return answerChunks(
      TEXT,
      logLines(() => this.clock.now(), gone),
    );
  }

  @Get('json')
  @ApiOperation({ operationId: 'streamJson', summary: 'List items' })
  @ApiOkResponse({
    description: 'A JSON document a line',
    content: { [NDJSON]: { schema: { type: 'object' } } },
  })
  @ApiProblems(ValidationFailed)
  json(@Query() query: ItemsQuery): StreamableFile {
    return answerChunks(NDJSON, items(query.items));
  }

  @Get('llm')
  @ApiOperation({ operationId: 'streamLlm', summary: 'Get an answer word by word' })
  @ApiText('Words as they come')
  @ApiProblems(ValidationFailed)
  llm(@Query() { prompt }: PromptQuery, @ClientGone() gone: AbortSignal): StreamableFile {
    return answerChunks(TEXT, answerWords(prompt, gone));
  }
}
