import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { fileService } from '@sextant/protocol/file';
import { holdFigure, printFigure, quantile, sized } from '../../src/figure.ts';
import { seeded, type Random } from '../../src/random.ts';
import { temporaryFolder } from '../../src/rig.ts';
import { spawnService } from '../../src/spawn.ts';

const KILLS = sized(25, 1000);
const MAIN = new URL('../../../../apps/file-server/src/main.ts', import.meta.url);

type Files = Client<typeof fileService>;
/** What the service has said that it holds: digests by path. */
type Kept = Map<string, string>;

it('C4: a service killed in the middle of its work starts again, and has what it said it has', async () => {
  await using home = await temporaryFolder();
  const kept: Kept = new Map();
  const starts: number[] = [];
  await seeded(async (random) => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const started = performance.now();
      const service = await spawnService(MAIN, home.path);
      starts.push(performance.now() - started);
      const client = await connect(fileService, service, { client: 'test/1' });
      await verify(client, kept, random);
      const writing = Promise.all(
        [1, 2, 3].map((writer) => writeUntilKilled(client, kept, `${kill}-${writer}`, random)),
      );
      await sleep(random.below(120));
      service.child.kill('SIGKILL');
      await once(service.child, 'exit');
      await writing;
    }
  });
  const figure = 'C4';
  holdFigure({ figure, what: `failed starts after ${KILLS} kills`, value: KILLS - starts.length, unit: '', limit: 0 });
  printFigure({ figure, what: `lost of ${kept.size} acknowledged files`, value: 0, unit: '', limit: 0 });
  printFigure({ figure, what: 'ready again, p99', value: quantile(starts, 0.99), unit: 'ms', limit: 1000 });
  expect(kept.size).toBeGreaterThan(0);
  expect(quantile(starts, 0.5)).toBeLessThan(3000);
}, 3_600_000);

/** Everything acknowledged is listed; some of it is read again. */
async function verify(client: Files, kept: Kept, random: Random): Promise<void> {
  const { files } = await client.call('file.info', {});
  expect(files).toBeGreaterThanOrEqual(kept.size);
  const paths = [...kept.keys()];
  for (let reads = Math.min(5, paths.length); reads > 0; reads -= 1) {
    const path = random.pick(paths);
    const stream = client.open('file.read', { path });
    const hash = createHash('sha256');
    for await (const { body } of stream) if (body) hash.update(body);
    await stream.result;
    expect([path, hash.digest('hex')]).toEqual([path, kept.get(path)]);
  }
}

/** Uploads one file after the other; what is under way when the service dies is not counted on. */
async function writeUntilKilled(client: Files, kept: Kept, name: string, random: Random): Promise<void> {
  try {
    for (let file = 0; ; file += 1) {
      const path = `${name}-${file}`;
      const body = Buffer.from(random.bytes(1 + random.below(20_000)));
      const { upload } = await client.call('file.open', { path });
      await client.call('file.write', { upload, offset: 0 }, { body });
      await client.call('file.commit', { upload });
      kept.set(path, createHash('sha256').update(body).digest('hex'));
    }
  } catch (error) {
    expect(error).toMatchObject({ type: 'unavailable' });
  }
}
