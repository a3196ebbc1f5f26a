import { once } from 'node:events';
import { MessageChannel, parentPort, type MessagePort } from 'node:worker_threads';
import type { ArtifactContent } from '../plugin-api/processor';
import type { ArtifactChunk, ArtifactMessage, ArtifactReply } from './run-protocol';

type Artifact = Omit<ArtifactMessage, 'port'>;

/**
 * In the thread: sends an artifact to the main thread at the pace at which it is stored there.
 *
 * @throws Error when it could not be stored
 */
export async function sendArtifact(artifact: Artifact, content: ArtifactContent): Promise<void> {
  const { port1: port, port2: remote } = new MessageChannel();
  parentPort?.postMessage({ ...artifact, port: remote } satisfies ArtifactMessage, [remote]);
  try {
    for await (const chunk of content instanceof Uint8Array ? [content] : content) await send(port, chunk);
    await send(port, null);
  } finally {
    port.close();
  }
}

async function send(port: MessagePort, chunk: ArtifactChunk): Promise<void> {
  port.postMessage(chunk);
  const [reply] = (await once(port, 'message')) as [ArtifactReply];
  if (reply !== true) throw new Error(`The artifact could not be stored: ${reply}`);
}

/**
 * In the main thread: hands the bytes of an artifact to `store`, and tells the thread the outcome.
 * Never rejects: it is the thread that has to know.
 */
export async function receiveArtifact(
  port: MessagePort,
  store: (content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const reply = (outcome: ArtifactReply) => port.postMessage(outcome);
  try {
    await store(chunks(port, reply));
    reply(true);
  } catch (error) {
    reply(String(error));
  }
}

/**
 * Listens from now on, not from the first step: the thread may end before anybody asks for bytes.
 *
 * @throws Error when the thread ends before the last chunk, so that nothing half is stored
 */
function chunks(port: MessagePort, reply: (outcome: ArtifactReply) => void): AsyncGenerator<Uint8Array> {
  const received: ArtifactChunk[] = [];
  const thread = { hasEnded: false };
  let wake = () => {};
  port.on('message', (chunk: ArtifactChunk) => {
    received.push(chunk);
    wake();
  });
  port.on('close', () => {
    thread.hasEnded = true;
    wake();
  });
  return (async function* () {
    for (;;) {
      while (received.length === 0 && !thread.hasEnded)
        await new Promise<void>((resolve) => (wake = resolve));
      const chunk = received.shift();
      if (chunk === null) return;
      if (chunk === undefined) throw new Error('The thread ended before the artifact was complete.');
      yield chunk;
      reply(true);
    }
  })();
}
