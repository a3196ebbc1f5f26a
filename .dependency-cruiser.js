/**
 * The direction of the house, a rule a sentence (docs/architecture.md): the composition root knows all,
 * features form a DAG, the platform knows no feature.
 */
const feature = (name) => `^src/${name}/`;

/** Each may know those before it. */
const FEATURES = [
  'accounts',
  'files',
  'jobs',
  'uploads',
  'processing',
  'stats',
  'reports',
  'activity',
  'notifications',
  'admin',
];

const featureOrder = FEATURES.flatMap((from, index) =>
  FEATURES.slice(index + 1).map((to) => ({
    name: `${from}-does-not-know-${to}`,
    comment: 'Features form a DAG. A consumer of an event imports its owner, never the reverse.',
    severity: 'error',
    from: { path: feature(from) },
    to: { path: feature(to) },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...featureOrder,
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'platform-knows-no-feature',
      comment: 'What features run on must not depend on what runs on it.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/platform/' },
    },
    {
      name: 'features-are-listed',
      comment: 'A new feature enters FEATURES above, at its place in the order.',
      severity: 'error',
      from: {},
      to: {
        path: '^src/[^/]+/',
        pathNot: `^src/(${[...FEATURES, 'platform', 'plugin-api', 'testing'].join('|')})/`,
      },
    },
    {
      name: 'page-and-service-are-strangers',
      comment: 'The page talks to the API, through the SDK; neither imports from the other.',
      severity: 'error',
      from: { path: '^(src|web)/' },
      to: { path: '^(src|web)/', pathNot: '^$1/' },
    },
    {
      name: 'nobody-knows-the-composition-root',
      comment: 'The files of src itself know all and are known by none but each other and the tests.',
      severity: 'error',
      from: { pathNot: '^src/([^/]+\\.ts$|testing/)' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'plugin-api-is-the-door',
      comment: 'Those in the house do not go round by the door: they import from each other.',
      severity: 'error',
      from: { pathNot: '^src/(plugin-api|testing)/' },
      to: { path: '^src/plugin-api/index\\.ts$' },
    },
    {
      name: 'processor-contract-is-light',
      comment:
        'What a processor is made of is loaded in every worker thread, so it must not drag the house along.',
      severity: 'error',
      from: { path: '^src/plugin-api/', pathNot: '^src/plugin-api/(index|extension)\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(plugin-api|platform/errors)/' },
    },
    {
      name: 'nobody-knows-the-tests',
      comment: 'What helps to test is not for what runs.',
      severity: 'error',
      from: { pathNot: '(^src/testing/|\\.(spec|contract|harness)\\.m?[jt]s$)' },
      to: { path: '(^src/testing/|\\.(spec|contract|harness)\\.m?[jt]s$)' },
    },
    {
      name: 'processors-are-islands',
      comment:
        'A processor knows its own folder, the door and the error base: no job, no storage, no other processor.',
      severity: 'error',
      from: { path: '^src/processing/processors/([^/]+)/' },
      to: { path: '^src/', pathNot: '^src/(processing/processors/$1/|plugin-api/|platform/errors/)' },
    },
    {
      name: 'processors-need-no-nest',
      comment: 'Nest and HTTP stay outside; only the result class describes itself to OpenAPI.',
      severity: 'error',
      from: { path: '^src/processing/processors/', pathNot: '\\.(result|spec)\\.ts$' },
      to: { path: 'node_modules/(@nestjs|express)/' },
    },
    {
      name: 'worker-threads-load-no-nest',
      comment: 'What a worker thread loads is loaded again for each of them.',
      severity: 'error',
      from: { path: '\\.worker\\.ts$', pathNot: '/wal-checkpoint\\.worker\\.ts$' },
      to: { path: 'node_modules/(@nestjs|express|kysely|better-sqlite3)/', reachable: true },
    },
    {
      name: 'the-thread-of-checkpoints-loads-its-driver',
      comment: 'The same, but for what it is there for.',
      severity: 'error',
      from: { path: '/wal-checkpoint\\.worker\\.ts$' },
      to: { path: 'node_modules/(@nestjs|express|kysely)/', reachable: true },
    },
    {
      name: 'http-stays-at-the-edge',
      comment: 'Requests and responses belong to controllers, guards, interceptors and platform/http.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '(^src/platform/http/|^src/app\\.ts$|\\.(controller|guard|interceptor|spec)\\.ts$)',
      },
      to: { path: 'node_modules/(express|@types/express)/' },
    },
    {
      name: 'documentation-stays-at-the-edge',
      comment: 'OpenAPI belongs to controllers, DTOs, results, the decorators for it, and platform/http.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '(^src/platform/http/|^src/app\\.ts$|\\.(controller|dto|result|spec)\\.ts$|/api-[^/]+\\.decorator\\.ts$)',
      },
      to: { path: 'node_modules/@nestjs/swagger/' },
    },
    {
      name: 'one-owner-for-drivers',
      comment: 'A driver is used by the port that hides it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '(^src/platform/database/|\\.spec\\.ts$)' },
      to: { path: 'node_modules/(@types/)?better-sqlite3/' },
    },
    {
      name: 'one-owner-for-redis',
      comment: 'Connections are made in one place; whoever is given one knows its type only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/redis/(ioredis\\.|.*\\.(harness|spec)\\.ts$)' },
      to: { path: 'node_modules/ioredis/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-owner-for-the-board',
      comment: 'Bull Board is loaded only where it is used.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/admin/queue-board/' },
      to: { path: 'node_modules/@bull-board/' },
    },
    {
      name: 'one-owner-for-s3',
      comment: 'S3 is spoken in the room of its driver, which is loaded only where it is used.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/storage/s3/' },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'one-owner-for-threads',
      comment: 'Threads are the business of processing; the database has one that waits for the disk.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(processing/|platform/database/wal-checkpoint)' },
      to: { path: '(node_modules/piscina/|^(node:)?worker_threads$)' },
    },
    {
      name: 'one-owner-for-prometheus',
      comment: 'Features define their metrics through Metrics.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/metrics/' },
      to: { path: 'node_modules/prom-client/' },
    },
    {
      name: 'one-owner-for-mail',
      comment: 'Whoever has something to say hands it to the MailQueue.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/mail/' },
      to: { path: 'node_modules/nodemailer/' },
    },
    {
      name: 'one-owner-for-tus',
      comment: 'The protocol of resumable uploads is spoken in its own room.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/uploads/resumable/tus\\.' },
      to: { path: 'node_modules/@tus/' },
    },
    {
      name: 'no-drawers',
      comment: 'Code lives in the room of its feature, not in a drawer for its kind.',
      severity: 'error',
      from: {},
      to: { path: '/(utils|helpers|common|shared|types|interfaces|constants)/', pathNot: 'node_modules' },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'What runs needs a line in "dependencies".',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|contract|harness)\\.m?[jt]s$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody needs is to be deleted.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: '(\\.(spec|contract|worker)\\.ts$|^src/(main|index|plugin-api/index|testing/index)\\.ts$)',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
