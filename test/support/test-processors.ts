import type { Processor } from '@app/plugin-api/processor';
import { join } from 'node:path';

class AnyResult {}

/** A processor of `processors/<name>.js` that takes text files with the extension `.<name>`. */
export function testProcessor(name: string, options: Partial<Processor> = {}): Processor {
  return {
    name,
    description: `For tests: ${name}`,
    accepts: [{ extension: `.${name}`, mediaType: 'text/plain', content: 'text' }],
    result: AnyResult,
    worker: join(__dirname, 'processors', `${name}.js`),
    ...options,
  };
}
