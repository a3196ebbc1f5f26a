/** Rows as they are after months of use, for `size.js`: made, not uploaded, since a million uploads take hours. */
const BetterSqlite = require('better-sqlite3');
const { createHash } = require('node:crypto');

const DAY_MS = 86_400_000;
const DAYS = 100;
/** Jobs that wait, of a hundred. */
const WAITING = 1;
const OTHER_OWNERS = 1000;
/** Has every second job. */
const FIRST_OWNER = '01900000-0000-7000-8000-000000000000';

/** @param file - a database with its tables, and nothing in them */
function fill(file, jobs) {
  const database = new BetterSqlite(file);
  database.pragma('synchronous = OFF');
  const inserts = prepare(database);
  const counts = new Map();
  const usage = new Map();
  database.exec('begin');
  for (let i = 0; i < jobs; i++) {
    const row = rowsOf(i, jobs);
    insertAll(inserts, row);
    usage.set(row.owner, (usage.get(row.owner) ?? 0) + row.sizeBytes);
    if (row.status === 'pending') continue;
    const key = JSON.stringify([row.owner, row.at - (row.at % DAY_MS), 0, row.processor, row.status]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) inserts.count.run(...JSON.parse(key), count);
  for (const [owner, bytes] of usage) inserts.usage.run(owner, bytes, 1);
  database.exec('commit');
  database.close();
}

function prepare(database) {
  const into = (table, columns) =>
    database.prepare(
      `insert into ${table} (${columns}) values (${columns
        .split(',')
        .map(() => '?')
        .join(',')})`,
    );
  return {
    file: into(
      'files',
      'file_id,owner,blob_key,filename,content_type,size_bytes,sha256,description,category,tags,uploaded_at',
    ),
    tag: into('file_tags', 'file_id,tag,owner'),
    job: into(
      'jobs',
      'job_id,owner,file_id,filename,processor,status,progress,attempt,result,error,created_at,started_at,finished_at,version',
    ),
    transition: into('job_transitions', 'job_id,owner,type,attempt,started_at,at'),
    task: into('tasks', 'id,kind,payload,attempt,due_at,created_at,owner,turn'),
    activity: into('activity', 'entry_id,owner,type,description,job_id,at'),
    count: into('job_counts', 'owner,day,minute,processor,outcome,jobs'),
    usage: into('owner_usage', 'owner,bytes,files'),
  };
}

/** The job with this number of so many; the last ones wait. */
function rowsOf(i, jobs) {
  const at = Date.UTC(2026, 0, 1) + Math.floor((i * DAYS * DAY_MS) / jobs);
  const owner = i % 2 === 0 ? FIRST_OWNER : id(1, (i * 7919) % OTHER_OWNERS);
  const processor = i % 20 < 2 ? 'image' : 'text';
  const status = i >= jobs * (1 - WAITING / 100) ? 'pending' : i % 50 < 2 ? 'failed' : 'completed';
  const isRare = i % Math.ceil(jobs / 10) === 0;
  return {
    at,
    owner,
    processor,
    status,
    jobId: id(at, 2 * i),
    fileId: id(at, 2 * i + 1),
    filename: `${['report', 'invoice', 'minutes', 'photo'][(i >> 1) % 4]} ${i}.${processor === 'text' ? 'txt' : 'jpg'}`,
    sizeBytes: 1000 + ((i * 31) % 100_000),
    category: isRare ? 'rare' : ['finance', 'legal', null][(i >> 1) % 3],
    tags: [
      'common',
      ...(isRare ? ['rare'] : []),
      ...(i % 8 < 2 ? [`week-${Math.floor(at / (7 * DAY_MS))}`] : []),
    ],
    turn: i,
  };
}

/** A UUIDv7 of a time and a number. */
function id(at, number) {
  const time = at.toString(16).padStart(12, '0');
  const rest = createHash('md5').update(String(number)).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}

const RESULT = {
  text: {
    processor: 'text',
    line_count: 120,
    word_count: 1803,
    char_count: 10_412,
    encoding: 'utf-8',
    byte_order_mark: false,
    processing_time: 0.004,
    language: 'en',
    longest_line: 211,
  },
  image: {
    processor: 'image',
    format: 'jpeg',
    width: 4032,
    height: 3024,
    orientation: 1,
    color_space: 'srgb',
    dominant_color: '#3c4a58',
    perceptual_hash: 'c3d2e1f0a5b4c3d2',
    exif: { make: 'Camera', model: 'X100', exposure: '1/250' },
    processing_time: 0.41,
  },
};
const ERROR = {
  type: '/docs/errors#unreadable_text',
  title: 'The text cannot be read',
  status: 422,
  code: 'unreadable_text',
  detail: 'Byte 4711 is no valid UTF-8.',
};

function insertAll(inserts, row) {
  const { at, owner, jobId, fileId, filename, processor, status, tags } = row;
  const isWaiting = status === 'pending';
  const type = processor === 'text' ? 'text/plain' : 'image/jpeg';
  const hash = createHash('sha256').update(fileId).digest('hex');
  inserts.file.run(
    fileId,
    owner,
    `originals/${fileId}`,
    filename,
    type,
    row.sizeBytes,
    hash,
    null,
    row.category,
    JSON.stringify(tags),
    at,
  );
  for (const tag of tags) inserts.tag.run(fileId, tag, owner);
  inserts.job.run(
    jobId,
    owner,
    fileId,
    filename,
    processor,
    status,
    isWaiting ? 0 : 1,
    isWaiting ? 0 : 1,
    status === 'completed' ? JSON.stringify(RESULT[processor]) : null,
    status === 'failed' ? JSON.stringify(ERROR) : null,
    at,
    isWaiting ? null : at + 40,
    isWaiting ? null : at + 90,
    isWaiting ? 1 : 3,
  );
  const last = isWaiting ? 'job.queued' : `job.${status}`;
  inserts.transition.run(jobId, owner, last, isWaiting ? 0 : 1, isWaiting ? null : at + 40, at + 90);
  inserts.activity.run(fileId, owner, 'job.created', `${filename} came in`, jobId, at);
  if (!isWaiting) inserts.activity.run(jobId, owner, last, `${filename}: ${status}`, jobId, at + 90);
  if (isWaiting)
    inserts.task.run(jobId, 'process-job', JSON.stringify({ job_id: jobId }), 0, at, at, owner, row.turn);
}

module.exports = { fill, FIRST_OWNER };
