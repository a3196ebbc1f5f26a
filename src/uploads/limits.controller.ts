import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { FileTypes } from '../files/file-types';
import { Settings } from '../platform/config/settings';
import { ApiPublicProblems } from '../platform/http/api-problems.decorator';
import { Public } from '../platform/http/public.decorator';
import { RateLimit } from '../platform/rate-limits/rate-limit.decorator';
import { LimitsDto } from './limits.dto';

@ApiTags('uploads')
@Public()
@RateLimit([])
@Controller('limits')
export class LimitsController {
  constructor(
    private readonly fileTypes: FileTypes,
    private readonly settings: Settings,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getLimits',
    summary: 'What is accepted: sizes, types, and whether credentials are needed',
    description: 'For everyone. It changes with the settings of the service only.',
  })
  @ApiOkResponse({ type: LimitsDto, description: 'What this installation accepts' })
  @ApiPublicProblems()
  limits(): LimitsDto {
    return {
      max_file_size_bytes: this.settings.MAX_FILE_SIZE_BYTES,
      max_files_per_request: this.settings.MAX_FILES_PER_REQUEST,
      extensions: this.fileTypes.extensions,
      auth_required: this.settings.AUTH_REQUIRED,
    };
  }
}
