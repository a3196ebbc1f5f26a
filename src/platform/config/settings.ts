import {
  ArrayUnique,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { availableParallelism } from 'node:os';
import {
  AreDestinations,
  AreOrigins,
  AreProxies,
  Integer,
  List,
  Switch,
  TrustedProxies,
} from './setting-decorators';

const MiB = 1024 * 1024;

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

  /** What this process does: `api` serves requests, `worker` does the background work, `all` both. */
  @IsIn(['all', 'api', 'worker'])
  readonly ROLE: string = 'all';

  /** Serve callers without credentials to other machines: a decision, never an accident. */
  @Switch()
  @IsBoolean()
  readonly ALLOW_OPEN: boolean = false;

  /** Serve only callers with credentials. When off, who has none is the anonymous caller. */
  @Switch()
  @IsBoolean()
  readonly AUTH_REQUIRED: boolean = false;

  /** Key of the access tokens, 32 characters or more; made and kept in DATA_DIR when unset. */
  @Matches(/^$|^[^]{32,}$/, { message: 'JWT_SECRET must have 32 characters or more' })
  readonly JWT_SECRET: string = '';

  /** Addresses of the users who are administrators, comma-separated; register those accounts first. */
  @List()
  @IsEmail({}, { each: true })
  readonly ADMIN_EMAILS: string[] = [];

  /** URL of an OpenID Connect issuer whose access tokens are accepted too; OIDC_AUDIENCE goes with it. */
  @Matches(/^$|^https?:\/\/\S+$/, { message: 'OIDC_ISSUER must be a URL' })
  readonly OIDC_ISSUER: string = '';

  /** What `aud` has to be in its tokens: the name under which the issuer knows this service. */
  @IsString()
  readonly OIDC_AUDIENCE: string = '';

  /** The entry of the claim `roles` that makes an administrator; empty: none does. */
  @IsString()
  readonly OIDC_ADMIN_ROLE: string = '';

  /** Directory of the stored files, and of the database unless DATABASE_URL says where that is; made when missing. */
  @IsString()
  @IsNotEmpty()
  readonly DATA_DIR: string = './data';

  /** Bucket for the files, on Amazon S3 or whatever speaks its protocol; empty: DATA_DIR has them. */
  @Matches(/^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: 'S3_BUCKET must be the name of a bucket' })
  readonly S3_BUCKET: string = '';

  /** URL of the store, unless it is Amazon's. */
  @Matches(/^$|^https?:\/\/\S+$/, { message: 'S3_ENDPOINT must be a URL' })
  readonly S3_ENDPOINT: string = '';

  /** Region of the bucket. */
  @IsString()
  @IsNotEmpty()
  readonly S3_REGION: string = 'us-east-1';

  /** Key of the account; empty: found where the AWS SDK looks, such as the role of the machine. */
  @IsString()
  readonly S3_ACCESS_KEY_ID: string = '';

  /** Goes with S3_ACCESS_KEY_ID. */
  @IsString()
  readonly S3_SECRET_ACCESS_KEY: string = '';

  /** Name the bucket in the path of URLs and not in their host, as most stores but Amazon's want it. */
  @Switch()
  @IsBoolean()
  readonly S3_FORCE_PATH_STYLE: boolean = false;

  /** PostgreSQL (13 or later), as `postgres://user:password@host:5432/database`; SQLite in DATA_DIR when unset. */
  @Matches(/^$|^postgres(ql)?:\/\/\S+$/, { message: 'DATABASE_URL must begin with postgres://' })
  readonly DATABASE_URL: string = '';

  /** Connections that this process holds to PostgreSQL at most. */
  @Integer()
  @IsInt()
  @Min(2)
  @Max(1000)
  readonly DATABASE_POOL_SIZE: number = 10;

  /**
   * Redis (6.2 or later), as `redis://user:password@host:6379/database` or `rediss://`: for what several instances
   * share; needs DATABASE_URL.
   */
  @Matches(/^$|^rediss?:\/\/\S+$/, { message: 'REDIS_URL must begin with redis:// or rediss://' })
  readonly REDIS_URL: string = '';

  /** What the keys and channels of this installation begin with in Redis. */
  @Matches(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
    message: 'REDIS_PREFIX must be lower-case letters, digits, hyphens and underscores',
  })
  readonly REDIS_PREFIX: string = 'filemill';

  /** Largest file accepted, in bytes. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly MAX_FILE_SIZE_BYTES: number = 10 * MiB;

  /** Most files that one request may bring. */
  @Integer()
  @IsInt()
  @Min(1)
  @Max(1000)
  readonly MAX_FILES_PER_REQUEST: number = 20;

  /** Seconds that fetching a file from a URL may take as a whole. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly IMPORT_TIMEOUT_SECONDS: number = 300;

  /** Extensions accepted, comma-separated (`.txt,.md`); empty: all that the installed processors take. */
  @List()
  @ArrayUnique()
  @Matches(/^\.[a-z0-9]+$/, {
    each: true,
    message: 'ALLOWED_EXTENSIONS must be extensions in lower case, each with its dot: .txt,.md',
  })
  readonly ALLOWED_EXTENSIONS: string[] = [];

  /** Hours without a byte after which an unfinished resumable upload is removed. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly RESUMABLE_EXPIRY_HOURS: number = 24;

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

  /** Tasks that may wait; while as many do, uploads and new jobs are answered 503. */
  @Integer()
  @IsInt()
  @Min(1)
  readonly MAX_BACKLOG: number = 100_000;

  /** Clients that follow jobs, or the log, live at the same time: as many each; one more is answered 429. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly MAX_LIVE_STREAMS: number = 2000;

  /** Limit how often callers may ask: of callers without credentials on the same machine only logins. */
  @Switch()
  @IsBoolean()
  readonly RATE_LIMITS: boolean = true;

  /** Uploads of a user in an hour; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly UPLOADS_PER_HOUR: number = 1000;

  /** Uploads in an hour from an address without credentials; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly ANONYMOUS_UPLOADS_PER_HOUR: number = 20;

  /** Bytes of uploads in an hour of a user, or from an address; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly BYTES_PER_HOUR: number = 0;

  /** Other requests that change something in an hour; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly WRITES_PER_HOUR: number = 100;

  /** Requests that read in an hour; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly READS_PER_HOUR: number = 1000;

  /** Attempts to log in from an address in a minute; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly LOGINS_PER_MINUTE: number = 5;

  /** Accounts registered from an address in an hour; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly REGISTRATIONS_PER_HOUR: number = 10;

  /** Requests of an address in an hour whose credentials are not good, or missing where needed; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly REFUSALS_PER_HOUR: number = 1000;

  /** Mails about ended jobs, and reports, to one address in an hour, whoever asked for them; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly JOB_MAILS_PER_HOUR: number = 60;

  /**
   * The proxies whose X-Forwarded-For is believed: how many there are, or their addresses and networks,
   * comma-separated; off: nobody's.
   */
  @TrustedProxies()
  @AreProxies()
  readonly TRUST_PROXY: number | string[] | false = false;

  /** Origins whose pages may use the service from a browser, comma-separated; `*` for all, then without credentials. */
  @List()
  @AreOrigins()
  readonly CORS_ORIGINS: string[] = [];

  /** Bytes a second, averaged over a minute, below which a request is ended while its body comes; 0 for never. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly MIN_UPLOAD_BYTES_PER_SECOND: number = 100;

  /** Bytes of originals that one owner may have stored; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly QUOTA_BYTES_PER_OWNER: number = 0;

  /** Originals that one owner may have stored, those still to be fetched among them; 0 for any number. */
  @Integer()
  @IsInt()
  @Min(0)
  readonly QUOTA_FILES_PER_OWNER: number = 0;

  /** Days after which files and their jobs are deleted; 0 for never. */
  @Integer()
  @IsInt()
  @Min(0)
  @Max(36_500)
  readonly RETENTION_DAYS: number = 0;

  /** Days for which the log of what happened is kept; 0 for ever. */
  @Integer()
  @IsInt()
  @Min(0)
  @Max(36_500)
  readonly ACTIVITY_DAYS: number = 90;

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

  /**
   * Where the service may connect to for callers besides the public internet, comma-separated: host names, whatever
   * their addresses, and addresses or networks in CIDR notation (`intranet.example.org,10.1.0.0/16`).
   */
  @List()
  @AreDestinations()
  readonly OUTBOUND_ALLOW: string[] = [];

  /** What has to be sent as `Authorization: Bearer` for `/metrics`, 16 characters or more; unset: see docs/security.md. */
  @Matches(/^$|^[!-~]{16,}$/, { message: 'METRICS_TOKEN must have 16 printable characters or more' })
  readonly METRICS_TOKEN: string = '';
  /**
   * Mail server: `smtp://user:password@host:587` (STARTTLS when offered; `?requireTLS=true` insists) or `smtps://`. When
   * unset, mails are kept in the folder outbox of DATA_DIR.
   */
  @Matches(/^$|^smtps?:\/\/\S+$/, { message: 'SMTP_URL must be an smtp:// or smtps:// URL' })
  readonly SMTP_URL: string = '';

  /** Sender of mails: an address, or `Name <address>`; required with SMTP_URL. */
  @ValidateIf(({ MAIL_FROM }: Settings) => MAIL_FROM !== '')
  @IsEmail({ allow_display_name: true, require_tld: false })
  readonly MAIL_FROM: string = '';

  /** How much is logged: fatal, error, warn, info, debug, trace or silent. */
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  readonly LOG_LEVEL: string = 'info';
}
