import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { errorsHtml } from './errors.page';

/** What `type` of a problem document points to. */
@ApiExcludeController()
@Controller('docs/errors')
export class ErrorsController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return errorsHtml();
  }
}
