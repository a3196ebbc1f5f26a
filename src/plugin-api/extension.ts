import type { DynamicModule, Type } from '@nestjs/common';
import type { Migrations } from '../platform/database/database';

/** What a team adds to the service: `start([extension])`. */
export interface Extension {
  /** Unique, a lower-case word: it names the extension in errors and keeps the record of its migrations. */
  readonly name: string;
  /** Its module. Processors, task handlers, listeners and controllers are found in it. */
  readonly module: Type | DynamicModule;
  /**
   * Class of its settings: properties under the names they have in the environment, with defaults and rules
   * of class-validator. Read with those of the service, and injected by this class.
   */
  readonly settings?: new () => object;
  /**
   * Its tables. They run after those of the service, in alphabetical order, each once. A row that belongs to a
   * job or a file refers to `jobs.job_id` or `files.file_id` with `on delete cascade`, and goes with it.
   */
  readonly migrations?: Migrations;
}
