import { describe, expect, it } from '@jest/globals';
import { collect, start } from '../rig.ts';

const RUNS = Number(process.env['SEXTANT_SHORT_RUNS'] ?? 1000);
const AT_ONCE = 8;

describe('short programs', () => {
  it('lose no byte of either channel', async () => {
    await using rig = await start();
    let left = RUNS;
    const lost: unknown[] = [];
    const one = async (): Promise<void> => {
      for (; left > 0;) {
        const number = (left -= 1);
        const args = ['-c', 'printf %s "$0"; printf %s "$1" >&2', `out ${number}`, `err ${number}`];
        const { stdout, stderr, ended, result } = await collect(
          rig.client.open('process.run', { program: 'sh', args }),
        );
        const printed = [stdout.toString(), stderr.toString(), ended.length, result.exitCode].join();
        if (printed !== `out ${number},err ${number},2,0`) lost.push(printed);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    expect(lost).toEqual([]);
  }, 600_000);
});
