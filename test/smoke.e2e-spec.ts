import { startApp, type TestApp } from './support/app';

describe('the main job', () => {
  let service: TestApp;
  beforeAll(async () => (service = await startApp()));
  afterAll(() => service.close());

  it('takes a text file and gives back its counts', async () => {
    const form = new FormData();
    form.set('file', new Blob(['hello wide world\nsecond line']), 'hello.txt');
    const upload = await fetch(`${service.url}/upload`, { method: 'POST', body: form });
    expect(upload.status).toBe(200);
    const location = upload.headers.get('location')!;
    let job: { status: string; result: object };
    do {
      job = (await (await fetch(service.url + location)).json()) as typeof job;
    } while (job.status === 'pending' || job.status === 'processing');
    expect(job).toMatchObject({
      status: 'completed',
      result: { line_count: 2, word_count: 5, char_count: 28 },
    });
  });
});
