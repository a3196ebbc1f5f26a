/**
 * The direction of the house, a rule a sentence (docs/architecture.md): the composition root knows all,
 * features form a DAG, the platform knows no feature.
 */
const feature = (name) => `^src/${name}/`;

/** Each may know those before it. */
const FEATURES = ['files', 'jobs', 'uploads', 'processing'];

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
      to: { path: '^src/[^/]+/', pathNot: `^src/(${[...FEATURES, 'platform', 'plugin-api'].join('|')})/` },
    },
    {
      name: 'nobody-knows-the-composition-root',
      comment: 'main.ts, app.ts and app.module.ts know all and are known by none but each other.',
      severity: 'error',
      from: { pathNot: '^src/(main|app|app\\.module)\\.ts$' },
      to: { path: '^src/(main|app|app\\.module)\\.ts$' },
    },
    {
      name: 'plugin-api-is-the-door',
      comment: 'Extensions see the door only, so it must not drag the house along.',
      severity: 'error',
      from: { path: '^src/plugin-api/' },
      to: { path: '^src/', pathNot: '^src/plugin-api/' },
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
      from: { path: '\\.worker\\.ts$' },
      to: { path: 'node_modules/(@nestjs|express|kysely|better-sqlite3)/', reachable: true },
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
      comment: 'OpenAPI belongs to controllers, DTOs, results and platform/http.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '(^src/platform/http/|^src/app\\.ts$|\\.(controller|dto|result|spec)\\.ts$)',
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
      name: 'one-owner-for-threads',
      comment: 'Threads are the business of processing.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/processing/' },
      to: { path: '(node_modules/piscina/|^(node:)?worker_threads$)' },
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
      from: { path: '^src/', pathNot: '\\.(spec|contract)\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody needs is to be deleted.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '(\\.(spec|contract|worker)\\.ts$|^src/main\\.ts$)' },
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
