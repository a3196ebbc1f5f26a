/**
 * An S3-compatible server on a free port, whose URL it prints: `fauxqs`, and what it has not: UploadPartCopy,
 * ListMultipartUploads and ListParts. It keeps everything in memory, asks for no credentials, verifies no checksum, and
 * ends with its standard input: who started it and died leaves none behind.
 */
import { buildApp } from 'fauxqs';

/** Uploads in parts that are under way, by their id: bucket, key, when they began, and of their parts when they came. */
const uploads = new Map();
const app = buildApp({ logger: false });

app.addHook('onRequest', async (request, reply) => {
  const document = await answer(read(request));
  if (document !== undefined) await reply.type('application/xml').send(document);
});
app.addHook('onSend', (request, reply, payload, done) => {
  if (reply.statusCode < 300) follow(read(request), String(payload));
  done(null, payload);
});

process.stdin.on('end', () => process.exit()).resume();
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`S3 at http://127.0.0.1:${app.server.address().port}`);

function read({ method, url, headers }) {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [, bucket, ...key] = pathname.split('/');
  return {
    method,
    path: pathname,
    bucket,
    key: key.join('/'),
    uploadId: searchParams.get('uploadId'),
    partNumber: Number(searchParams.get('partNumber')),
    asksForUploads: searchParams.has('uploads'),
    prefix: searchParams.get('prefix') ?? '',
    copySource: headers['x-amz-copy-source'],
  };
}

/** What `fauxqs` cannot answer; undefined for all else. */
async function answer(asked) {
  if (asked.method === 'PUT' && asked.uploadId && asked.copySource !== undefined) return copyPart(asked);
  if (asked.method === 'GET' && asked.asksForUploads) return listUploads(asked);
  if (asked.method === 'GET' && asked.uploadId) return listParts(asked.uploadId);
  return undefined;
}

function follow({ method, bucket, key, uploadId, partNumber, asksForUploads }, payload) {
  const now = new Date().toISOString();
  if (method === 'POST' && asksForUploads) {
    const begun = /<UploadId>(.*)<\/UploadId>/.exec(payload)[1];
    uploads.set(begun, { bucket, key, startedAt: now, parts: new Map() });
  } else if (uploadId && method === 'PUT') uploads.get(uploadId)?.parts.set(partNumber, now);
  else if (uploadId && method !== 'GET') uploads.delete(uploadId);
}

async function copyPart({ path, uploadId, partNumber, copySource }) {
  const { rawPayload } = await app.inject({ method: 'GET', url: `/${copySource}` });
  const url = `${path}?uploadId=${uploadId}&partNumber=${partNumber}`;
  const { headers } = await app.inject({ method: 'PUT', url, payload: rawPayload });
  return `<CopyPartResult><ETag>${headers.etag.replaceAll('"', '&quot;')}</ETag></CopyPartResult>`;
}

function listUploads({ bucket, prefix }) {
  const listed = [...uploads].filter(
    ([, upload]) => upload.bucket === bucket && upload.key.startsWith(prefix),
  );
  const entries = listed.map(
    ([id, { key, startedAt }]) =>
      `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${startedAt}</Initiated></Upload>`,
  );
  return `<ListMultipartUploadsResult>${entries.join('')}</ListMultipartUploadsResult>`;
}

function listParts(uploadId) {
  const parts = [...(uploads.get(uploadId)?.parts ?? [])].map(
    ([number, at]) => `<Part><PartNumber>${number}</PartNumber><LastModified>${at}</LastModified></Part>`,
  );
  return `<ListPartsResult>${parts.join('')}</ListPartsResult>`;
}
