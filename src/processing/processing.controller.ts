import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../platform/http/api-problems.decorator';
import { ProcessorDto, toProcessorDto } from './processing.dto';
import { ProcessorRegistry } from './processor-registry';

@ApiTags('processors')
@Controller('processors')
export class ProcessingController {
  constructor(private readonly registry: ProcessorRegistry) {}

  @Get()
  @ApiOperation({ operationId: 'listProcessors', summary: 'What this installation can process' })
  @ApiOkResponse({ type: [ProcessorDto], description: 'Every installed processor' })
  @ApiProblems()
  list(): ProcessorDto[] {
    return this.registry.all.map(toProcessorDto);
  }
}
