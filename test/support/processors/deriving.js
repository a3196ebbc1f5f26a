const { setTimeout } = require('node:timers/promises');

async function* slowly(chunks) {
  for (const chunk of chunks) {
    await setTimeout(1);
    yield Buffer.from(chunk);
  }
}

async function* endless() {
  for (;;) {
    await setTimeout(5);
    yield Buffer.alloc(1000, 'x');
  }
}

/** Makes artifacts as its file says. */
exports.run = async ({ path, artifact }) => {
  const wish = require('node:fs').readFileSync(path, 'utf8').trim();
  await artifact('copy.txt', 'text/plain', Buffer.from(wish));
  if (wish === 'stream') await artifact('stream.txt', 'text/plain', slowly(['one ', 'two ', 'three']));
  if (wish === 'empty') await artifact('empty.bin', 'application/octet-stream', slowly([]));
  if (wish === 'html') await artifact('page.html', 'text/html', Buffer.from('<script>alert(1)</script>'));
  if (wish === 'twice') await artifact('copy.txt', 'text/plain', Buffer.from('again'));
  if (wish === 'outside') await artifact('../outside.txt', 'text/plain', Buffer.from('x'));
  if (wish === 'hasty') void artifact('late.txt', 'text/plain', slowly(['never ', 'awaited']));
  if (wish === 'throw') throw new Error('after the artifact');
  if (wish === 'endless') await artifact('endless.bin', 'application/octet-stream', endless());
  return { wish };
};
