/**
 * What the figures are judged by: a ratio of two of the same run. `goal` is what a quiet machine should show;
 * `floor` what not even a noisy one may fall below, in the short run that CI makes.
 */
const RATIOS = [
  {
    what: 'Uploads of 1 KiB completed, against the FastAPI tutorial',
    of: ['small-uploads', 'filemill', 'completed_per_s'],
    by: ['small-uploads', 'fastapi', 'completed_per_s'],
    goal: 4,
  },
  {
    what: 'Uploads of 1 KiB completed, against Nest + multer that completes nothing',
    of: ['small-uploads', 'filemill', 'completed_per_s'],
    by: ['small-uploads', 'nest', 'completed_per_s'],
    goal: 2,
    floor: 0.1,
  },
  {
    what: 'Uploads of 1 KiB completed, against Nest + multer + BullMQ',
    of: ['small-uploads', 'filemill', 'completed_per_s'],
    by: ['small-uploads', 'bullmq', 'completed_per_s'],
    goal: 2,
  },
  {
    what: 'What durability leaves of the uploads of 1 KiB',
    of: ['small-uploads', 'filemill', 'completed_per_s'],
    by: ['small-uploads', 'filemill-no-fsync', 'completed_per_s'],
  },
  {
    what: 'Upload of 1 GiB, against the FastAPI tutorial',
    of: ['big-upload', 'filemill', 'mb_per_s'],
    by: ['big-upload', 'fastapi', 'mb_per_s'],
    goal: 6,
  },
  {
    what: 'Upload of 1 GiB, against Nest + multer that neither hashes nor syncs',
    of: ['big-upload', 'filemill', 'mb_per_s'],
    by: ['big-upload', 'nest', 'mb_per_s'],
    goal: 1,
    floor: 0.3,
  },
  {
    what: 'Memory for it, against the FastAPI tutorial',
    of: ['big-upload', 'filemill', 'peak_rss_mib'],
    by: ['big-upload', 'fastapi', 'peak_rss_mib'],
    goal: 1 / 8,
    lower: true,
  },
  {
    what: 'Resumable upload of 1 GiB, against @tus/server',
    of: ['resumable-upload', 'filemill', 'mb_per_s'],
    by: ['resumable-upload', 'tus', 'mb_per_s'],
  },
  {
    what: 'GET /jobs/{job_id}, against the FastAPI tutorial',
    of: ['job-reads', 'filemill', 'requests_per_s'],
    by: ['job-reads', 'fastapi', 'requests_per_s'],
    goal: 2,
  },
  {
    what: 'GET /jobs/{job_id}, against Nest from memory',
    of: ['job-reads', 'filemill', 'requests_per_s'],
    by: ['job-reads', 'nest', 'requests_per_s'],
    floor: 0.5,
  },
  {
    what: 'Counting a log (ASCII) through a job, against `wc -lwm`',
    of: ['text-counting', 'filemill', 'ascii_mb_per_s'],
    by: ['text-counting', 'wc', 'ascii_mb_per_s'],
    goal: 5,
    floor: 1.5,
  },
  {
    what: 'Counting prose in many scripts through a job, against `wc -lwm`',
    of: ['text-counting', 'filemill', 'mixed_mb_per_s'],
    by: ['text-counting', 'wc', 'mixed_mb_per_s'],
    goal: 7,
    floor: 2,
  },
  {
    what: 'Listing with 1,000,000 jobs, against 1,000',
    of: ['growth', '1000000', 'list_ms'],
    by: ['growth', '1000', 'list_ms'],
    goal: 1.5,
    lower: true,
  },
  {
    what: 'Reading one of 1,000,000 jobs, against 1,000',
    of: ['growth', '1000000', 'get_ms'],
    by: ['growth', '1000', 'get_ms'],
    goal: 1.5,
    lower: true,
  },
  {
    what: 'From upload to result with 1,000,000 jobs, against 1,000',
    of: ['growth', '1000000', 'upload_to_result_ms'],
    by: ['growth', '1000', 'upload_to_result_ms'],
    goal: 1.5,
    lower: true,
  },
];

/** Figures that are judged by themselves. */
const LIMITS = [
  { what: 'Start to first answer, ms', of: ['start', 'filemill', 'start_ms'], goal: 1000 },
  { what: 'Idle memory, MiB', of: ['start', 'filemill', 'idle_rss_mib'], goal: 120 },
  {
    what: 'GET /livez while both cores are busy: p99 above idle, ms',
    of: ['latency', 'filemill', 'added_p99_ms'],
    goal: 10,
  },
];

/** Those that were measured, with their values. */
function judge(scenarios) {
  const figure = ([scenario, row, field]) => scenarios[scenario]?.rows[row]?.[field];
  const ratios = RATIOS.map(({ what, of, by, goal, floor, lower = false }) => {
    return { what, value: figure(of) / figure(by), goal, floor, lower };
  });
  const limits = LIMITS.map(({ what, of, goal }) => ({ what, value: figure(of), goal, lower: true }));
  return [...ratios, ...limits].filter(({ value }) => Number.isFinite(value));
}

const isMet = ({ value, goal, lower }) => (lower ? value <= goal : value >= goal);
const isBelowFloor = ({ value, floor }) => floor !== undefined && value < floor;

module.exports = { judge, isMet, isBelowFloor };
