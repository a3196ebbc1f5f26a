import { ApiSchema } from '@nestjs/swagger';
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
}

export function toProcessorDto({ name, description, accepts }: Processor): ProcessorDto {
  return {
    name,
    description,
    accepts: accepts.map(({ extension, mediaType }) => ({ extension, media_type: mediaType })),
  };
}
