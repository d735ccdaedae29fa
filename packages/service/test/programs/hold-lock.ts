import { lockFolder } from '../../src/run/lock.ts';

/**
 * Tries to lock a folder as often as asked, prints what came of it as JSON, and keeps what it got until it is
 * ended, or not at all with `once`.
 */
const [folder = '', tries = '1', last] = process.argv.slice(2);
const keeps = last !== 'once';
const held: Disposable[] = [];
const refusals: { message: string; ms: number }[] = [];
for (let n = 0; n < Number(tries); n += 1) {
  const since = performance.now();
  try {
    held.push(lockFolder(folder));
  } catch (error) {
    refusals.push({ message: Error.isError(error) ? error.message : '', ms: performance.now() - since });
  }
}
process.stdout.write(`${JSON.stringify({ held: held.length, refusals })}\n`);
if (held.length > 0 && keeps) setInterval(() => held.length, 1000);
