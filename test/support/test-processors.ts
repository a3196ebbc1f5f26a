import { WorkerProcessor, type AcceptedType } from '@app/plugin-api/processor';
import { join } from 'node:path';

class AnyResult {}

class TestProcessor extends WorkerProcessor {
  override readonly description = 'For tests';
  override readonly accepts: readonly AcceptedType[];
  override readonly result = AnyResult;
  override readonly worker: string;

  constructor(override readonly name: string) {
    super();
    this.accepts = [{ extension: `.${name}`, mediaType: 'text/plain', content: 'text' }];
    this.worker = join(__dirname, 'processors', `${name}.js`);
  }
}

/** A processor of `processors/<name>.js` that takes text files with the extension `.<name>`. */
export function testProcessor(name: string, changes: Partial<WorkerProcessor> = {}): WorkerProcessor {
  return Object.assign(new TestProcessor(name), changes);
}
