import { Injectable } from '@nestjs/common';
import { FileTypes } from '../files/file-types';
import type { Processor } from '../plugin-api/processor';

/** The installed processors, by name. */
@Injectable()
export class ProcessorRegistry {
  private readonly processors = new Map<string, Processor>();

  constructor(private readonly fileTypes: FileTypes) {}

  /**
   * Installs a processor: from now on files that it accepts are taken.
   *
   * @throws Error when the name is malformed or taken, or a type is malformed
   */
  register(processor: Processor): void {
    const { name } = processor;
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new Error(`'${name}' is no name for a processor: use lower-case letters, digits and hyphens.`);
    }
    if (this.processors.has(name))
      throw new Error(`Two processors are called '${name}': rename one of them.`);
    this.fileTypes.accept(processor);
    this.processors.set(name, processor);
  }

  /** @throws Error when it is not installed any more */
  get(name: string): Processor {
    const processor = this.processors.get(name);
    if (!processor) throw new Error(`No processor '${name}' is installed.`);
    return processor;
  }

  get all(): Processor[] {
    return [...this.processors.values()];
  }
}
