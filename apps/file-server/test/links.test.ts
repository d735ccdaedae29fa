import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from '@jest/globals';
import { startRig, temporaryFolder, testConfig } from '@sextant/testing/rig';
import { create } from '../src/create.ts';

/** Makes a place a folder and a link to another in turn, until it is ended. What the service does meanwhile may fail it. */
const FLIP = `
const { mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { spot, outside } = require('node:worker_threads').workerData;
for (;;) {
  try {
    rmSync(spot, { recursive: true, force: true });
    symlinkSync(outside, spot);
    rmSync(spot);
    mkdirSync(spot);
    writeFileSync(spot + '/x', 'inside');
  } catch {}
}`;

it('neither reads nor writes outside while a folder becomes a link and back', async () => {
  await using home = await temporaryFolder();
  const [root, outside] = [join(home.path, 'root'), join(home.path, 'outside')];
  await mkdir(outside);
  await writeFile(join(outside, 'x'), 'outside');
  await using rig = await startRig(await create({ ...testConfig(home.path), root }));
  const flipping = new Worker(FLIP, { eval: true, workerData: { spot: join(root, 'spot'), outside } });
  const seen = new Set<string>();
  const read = async (): Promise<void> => {
    const stream = rig.client.open('file.read', { path: 'spot/x' });
    for await (const { body } of stream) if (body) seen.add(Buffer.from(body).toString());
    await stream.result;
  };
  const write = async (): Promise<void> => {
    const { upload } = await rig.client.call('file.open', { path: 'spot/new', overwrite: true });
    await rig.client.call('file.commit', { upload });
  };
  for (let round = 0; round < 300; round += 1) {
    await Promise.allSettled([read(), read(), read(), write()]);
  }
  await flipping.terminate();
  expect([...seen]).not.toContain('outside');
  expect(seen).toContain('inside');
  expect(await readdir(outside)).toEqual(['x']);
});
