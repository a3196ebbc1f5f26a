import { S3Client } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import type { Settings } from '../../config/settings';
import type { BlobStore } from '../blob-store';
import { LocalCopies } from './local-copies';
import { S3BlobStore } from './s3.blob-store';
import { S3Bucket } from './s3.bucket';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Without a byte on the connection. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_SOCKETS = 256;

/** The store in the bucket of the settings. Who has no keys there has them where the SDK looks: environment, files, instance role. */
export function openS3(settings: Settings): BlobStore {
  const { S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_FORCE_PATH_STYLE, DATA_DIR } = settings;
  const client = new S3Client({
    region: S3_REGION,
    endpoint: S3_ENDPOINT || undefined,
    forcePathStyle: S3_FORCE_PATH_STYLE,
    credentials: credentialsOf(settings),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
  });
  const copies = new LocalCopies(join(DATA_DIR, 'files', 'copies'));
  return new S3BlobStore(new S3Bucket(client, S3_BUCKET), copies);
}

function credentialsOf({ S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY }: Settings) {
  if (S3_ACCESS_KEY_ID === '') return undefined;
  return { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY };
}
