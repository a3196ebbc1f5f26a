import { Transform } from 'class-transformer';
import {
  ArrayUnique,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { availableParallelism } from 'node:os';

const MiB = 1024 * 1024;

const SWITCHES: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  '1': true,
  false: false,
  off: false,
  '0': false,
};

/** An integer written in decimal digits; anything else stays a string, so that validation refuses it. */
function Integer(): PropertyDecorator {
  return Transform(({ value }) =>
    typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
  );
}

/** `true`, `on`, `1` and their opposites; anything else stays as it is, so that validation refuses it. */
function Switch(): PropertyDecorator {
  return Transform(({ value }) =>
    typeof value === 'string' ? (SWITCHES[value.toLowerCase()] ?? value) : value,
  );
}

/** A comma-separated list, trimmed and in lower case. */
function List(): PropertyDecorator {
  return Transform(({ value }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((item) => item.trim().toLowerCase())
          .filter(Boolean)
      : value,
  );
}

/**
 * Everything that can be set from outside, under the name it has in the environment and with its
 * default. `.env.example` says the same for people; a test keeps the two together.
 */
export class Settings {
  /** TCP port to listen on; 0 lets the system choose one. */
  @Integer()
  @IsInt()
  @Min(0)
  @Max(65535)
  readonly PORT: number = 3000;

  /** Address to listen on. Anything but loopback needs AUTH_REQUIRED or ALLOW_OPEN. */
  @IsString()
  @IsNotEmpty()
  readonly HOST: string = '127.0.0.1';

  /** Serve callers without credentials to other machines: a decision, never an accident. */
  @Switch()
  @IsBoolean()
  readonly ALLOW_OPEN: boolean = false;

  /** Directory of the database and the stored files; made when missing. */
  @IsString()
  @IsNotEmpty()
  readonly DATA_DIR: string = './data';

  /** Largest file accepted, in bytes. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly MAX_FILE_SIZE_BYTES: number = 10 * MiB;

  /** Extensions accepted, comma-separated (`.txt,.md`); empty: all that the installed processors take. */
  @List()
  @ArrayUnique()
  @Matches(/^\.[a-z0-9]+$/, { each: true })
  readonly ALLOWED_EXTENSIONS: string[] = [];

  /** Jobs processed at the same time, each in a worker thread; the number of cores when unset. */
  @Integer()
  @IsInt()
  @Min(1)
  @Max(256)
  readonly PROCESSING_CONCURRENCY: number = availableParallelism();

  /** Seconds after which a job's processing is ended and the job fails. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly JOB_TIMEOUT_SECONDS: number = 300;

  /** Heap of a worker thread in MiB; a job that needs more fails. */
  @Integer()
  @IsInt()
  @Min(16)
  readonly JOB_MEMORY_MB: number = 512;

  /** Runs of a job before a passing fault becomes its failure. */
  @Integer()
  @IsInt()
  @Min(1)
  @Max(100)
  readonly JOB_MAX_ATTEMPTS: number = 3;

  /** Seconds for which a task belongs to the process that took it, unless that process renews it. */
  @Integer()
  @IsInt()
  @Min(2)
  readonly TASK_LEASE_SECONDS: number = 30;

  /** Seconds that running jobs get to finish at shutdown before they are put back. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly SHUTDOWN_GRACE_SECONDS: number = 10;

  /** Seconds between two sweeps for what crashes left behind. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly SWEEP_INTERVAL_SECONDS: number = 3600;

  /** Age in seconds at which unfinished or unowned bytes are swept. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly SWEEP_GRACE_SECONDS: number = 3600;

  /** How much is logged: fatal, error, warn, info, debug, trace or silent. */
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  readonly LOG_LEVEL: string = 'info';
}
