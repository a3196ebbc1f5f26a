import { hrefOfJob, hrefOfWebhook, routeOf } from './route';

describe('routeOf', () => {
  it.each([
    ['', { page: 'home' }],
    ['#/', { page: 'home' }],
    [hrefOfJob('019a-b'), { page: 'job', jobId: '019a-b' }],
    ['#/reports', { page: 'reports' }],
    ['#/webhooks', { page: 'webhooks' }],
    [hrefOfWebhook('019a-c'), { page: 'webhook', webhookId: '019a-c' }],
    ['#/account', { page: 'account' }],
    ['#/jobs/', { page: 'missing' }],
    ['#/jobs/a/b', { page: 'missing' }],
    ['#main', { page: 'missing' }],
  ])('of %s', (hash, route) => expect(routeOf(hash)).toEqual(route));
});
