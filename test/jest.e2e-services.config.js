const base = require('./jest.e2e.config.js');

process.env.TEST_DATABASE_URL ??= 'postgres://postgres@127.0.0.1:5432/postgres';
process.env.TEST_REDIS_URL ??= 'redis://127.0.0.1:6379';

/** The end-to-end tests once more, on PostgreSQL and Redis, and with TEST_S3=1 on S3: `npm run test:e2e:services`. */
module.exports = { ...base, displayName: 'e2e on services' };
