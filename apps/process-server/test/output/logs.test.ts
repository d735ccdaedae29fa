import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { Logs } from '../../src/output/logs.ts';
import { start } from '../rig.ts';

describe('logs', () => {
  it('of earlier lives are kept up to a thousand, the newest', async () => {
    await using home = await temporaryFolder();
    for (let at = 0; at < 1003; at += 1) {
      await writeFile(join(home.path, `${at}.log`), '');
      await utimes(join(home.path, `${at}.log`), at, at);
    }
    await Logs.open(home.path);
    const names = await readdir(home.path);
    expect(names).toHaveLength(1000);
    expect(names).not.toEqual(expect.arrayContaining(['0.log']));
    expect(names).toEqual(expect.arrayContaining(['3.log', '1002.log']));
  });

  it('that cannot be written keep a program from being started', async () => {
    await using home = await temporaryFolder();
    await using rig = await start({ home: home.path });
    const folder = join(home.path, 'process-server', 'runs');
    await block(folder);
    await expect(rig.client.call('process.start', { program: 'true' })).rejects.toMatchObject({
      type: 'unavailable',
      data: { reason: 'ENOTDIR' },
    });
  });
});

/** A file in the place of the folder: nobody, not even root, can write below it. */
async function block(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
  await writeFile(folder, '');
}
