import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Processor } from '../plugin-api/processor';

@ApiSchema({ name: 'AcceptedType', description: 'A kind of file that a processor takes.' })
export class AcceptedTypeDto {
  /** @example .txt */
  extension!: string;

  /** @example text/plain */
  media_type!: string;
}

@ApiSchema({ name: 'Processor', description: 'An installed processor.' })
export class ProcessorDto {
  /** @example text */
  name!: string;

  /**
   * What it does.
   * @example 'Counts the lines, words and characters of a text file.'
   */
  description!: string;

  /** The files it takes. */
  accepts!: AcceptedTypeDto[];

  /**
   * Whether it is chosen for some of these files when none is asked for.
   * @example true
   */
  by_default!: boolean;

  /**
   * Where the OpenAPI document describes its result.
   * @example '/docs-json#/components/schemas/TextResult'
   */
  @ApiProperty({ format: 'uri-reference' })
  result_schema!: string;

  /**
   * Where the OpenAPI document describes what can be asked of it; null when it takes no options.
   * @example null
   */
  @ApiProperty({ format: 'uri-reference' })
  options_schema!: string | null;
}

export function toProcessorDto(processor: Processor): ProcessorDto {
  const { name, description, accepts, byDefault, result, options } = processor;
  return {
    name,
    description,
    accepts: accepts.map(({ extension, mediaType }) => ({ extension, media_type: mediaType })),
    by_default: byDefault,
    result_schema: schemaOf(result),
    options_schema: options ? schemaOf(options) : null,
  };
}

function schemaOf({ name }: new () => object): string {
  return `/docs-json#/components/schemas/${name}`;
}
