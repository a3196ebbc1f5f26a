import { ApiSchema } from '@nestjs/swagger';
import type { Processor } from '../plugin-api/processor';

@ApiSchema({ name: 'AcceptedType' })
export class AcceptedTypeDto {
  /** @example .txt */
  extension!: string;

  /** @example text/plain */
  media_type!: string;
}

/** An installed processor. */
@ApiSchema({ name: 'Processor' })
export class ProcessorDto {
  /** @example text */
  name!: string;

  /** @example Counts the lines, words and characters of a text file. */
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
