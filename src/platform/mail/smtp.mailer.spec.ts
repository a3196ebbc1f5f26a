import { ManualClock } from '../clock/manual.clock';
import { MailRefused, MailServerUnavailable } from './mail.errors';
import { MailServer, type Step } from './mail-server.harness';
import { mailerContract, outgoingMail } from './mailer.contract';
import { SmtpMailer } from './smtp.mailer';

const FROM = 'Filemill <service@example.org>';
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function create(options?: ConstructorParameters<typeof MailServer>[0]) {
  const server = await new MailServer(options).listen();
  const clock = new ManualClock();
  const mailer = new SmtpMailer(server.url, FROM, clock);
  cleanUps.push(
    () => server.close(),
    () => mailer.close(),
  );
  return { server, clock, mailer };
}

mailerContract(async () => {
  const { server, mailer } = await create();
  return { mailer, delivered: async () => server.mails.map(({ raw }) => raw) };
});

describe('SmtpMailer', () => {
  const { signal } = new AbortController();

  it('sends from the sender to the recipient', async () => {
    const { server, mailer } = await create();
    await mailer.send(outgoingMail(), signal);
    expect(server.mails).toMatchObject([{ from: 'service@example.org', to: ['ada@example.org'] }]);
  });

  it.each([
    ['recipient', 450, MailServerUnavailable],
    ['recipient', 550, MailRefused],
    ['data', 451, MailServerUnavailable],
    ['data', 554, MailRefused],
    ['connect', 421, MailServerUnavailable],
    ['connect', 554, MailServerUnavailable],
  ] as const)('takes %s %d for %p', async (where, code, Fault) => {
    const { server, mailer } = await create();
    server.judges((step: Step) => (step === where ? { code } : undefined));
    await expect(mailer.send(outgoingMail(), signal)).rejects.toBeInstanceOf(Fault);
    expect(server.mails).toEqual([]);
    server.judges(() => undefined);
    await mailer.send(outgoingMail(), signal);
    expect(server.mails).toHaveLength(1);
  });

  it('takes a login that fails for a fault that the operator can mend', async () => {
    const refuse = {
      onAuth: (_: unknown, __: unknown, callback: (error: Error) => void) => callback(denied),
    };
    const denied = Object.assign(new Error('No.'), { responseCode: 535 });
    const { server, clock } = await create({ ...refuse, allowInsecureAuth: true });
    const url = server.url.replace('//', '//user:secret@');
    const mailer = new SmtpMailer(url, FROM, clock);
    cleanUps.push(() => mailer.close());
    const failure = mailer.send(outgoingMail(), signal);
    await expect(failure).rejects.toBeInstanceOf(MailServerUnavailable);
    await expect(failure).rejects.not.toThrow('secret');
    await expect(mailer.ping()).rejects.toBeInstanceOf(MailServerUnavailable);
  });

  it.each(['connect', 'recipient', 'data'] as const)('gives up a server that hangs at %s', async (where) => {
    const { server, clock, mailer } = await create();
    const asked = new Promise<void>((resolve) =>
      server.judges((step) => {
        if (step !== where) return undefined;
        resolve();
        return 'hang';
      }),
    );
    const sending = mailer.send(outgoingMail(), signal);
    void asked.then(() => clock.advance(120_000));
    await expect(sending).rejects.toThrow('longer than 120 seconds');
  });

  it('stops in the middle when it is told to', async () => {
    const { server, mailer } = await create();
    const controller = new AbortController();
    const reason = new Error('enough');
    server.judges(() => {
      controller.abort(reason);
      return 'hang';
    });
    await expect(mailer.send(outgoingMail(), controller.signal)).rejects.toBe(reason);
  });

  it('says that a server is not there', async () => {
    const { server, mailer } = await create();
    await server.close();
    await expect(mailer.send(outgoingMail(), signal)).rejects.toBeInstanceOf(MailServerUnavailable);
    await expect(mailer.ping()).rejects.toBeInstanceOf(MailServerUnavailable);
  });
});
