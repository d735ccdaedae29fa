import { rm, writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { fileService } from '@sextant/protocol/file';
import { printFigure, sized } from '../../src/figure.ts';
import { temporaryFolder } from '../../src/rig.ts';
import { spawnServiceWith } from '../../src/spawn.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingNamespaces } from '../../src/missing.ts';

const CYCLES = sized(20, 100);
const MAIN = new URL('../../../../apps/file-server/src/main.ts', import.meta.url);

/** A command that becomes another one, with a small disk of its own at a folder. */
function withDisk(folder: string, options: string): string[] {
  return ['unshare', '--mount', 'sh', '-c', `mount -t tmpfs -o ${options} tmpfs "${folder}" && exec "$0" "$@"`];
}

describeUnless(await missingNamespaces())('C6: a disk', () => {
  it('that is full refuses uploads by name, publishes nothing, and is used again once there is room', async () => {
    await using home = await temporaryFolder();
    await using service = await spawnServiceWith(MAIN, home.path, {
      under: withDisk(home.path, 'size=4m'),
      log: () => {},
    });
    const client = await connect(fileService, service, { client: 'test/1' });
    const body = Buffer.alloc(300_000, 'x');
    const upload = async (path: string): Promise<void> => {
      const { upload } = await client.call('file.open', { path });
      try {
        for (let offset = 0; offset < 1_200_000; offset += body.length) {
          await client.call('file.write', { upload, offset }, { body });
        }
        await client.call('file.commit', { upload });
      } catch (error) {
        await client.call('file.abort', { upload }).catch(() => {});
        throw error;
      }
    };
    // The disk is only seen from inside its process.
    const filler = `/proc/${service.pid}/root${home.path}/filler`;
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await writeFile(filler, Buffer.alloc(8_000_000)).catch((error: NodeJS.ErrnoException) => {
        expect(error.code).toBe('ENOSPC');
      });
      await expect(upload('full')).rejects.toMatchObject({ type: expect.stringMatching(/^(quota|unavailable)$/) });
      await expect(client.call('file.stat', { path: 'full' })).rejects.toMatchObject({ type: 'not_found' });
      await rm(filler);
      await upload('room');
      expect(await client.call('file.stat', { path: 'room' })).toMatchObject({ sizeBytes: 1_200_000 });
      const { upload: gone } = await client.call('file.open', { path: 'room', overwrite: true });
      await client.call('file.abort', { upload: gone });
      await rm(`/proc/${service.pid}/root${home.path}/file-server/files/room`);
    }
    printFigure({ figure: 'C6', what: `corrupt files after ${CYCLES} times full`, value: 0, unit: '', limit: 0 });
    client.close();
  }, 120_000);
});
