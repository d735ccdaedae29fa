import { createCipheriv } from 'node:crypto';
import { startDigest } from '../../src/output/digest.ts';

const STEP = 1024 * 1024;

/** Prints so many MiB of bytes that look random and are the same each time; on both channels in turns. */
const PRINT = `
const mib = Number(process.argv[1]);
const cipher = require('node:crypto').createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
const zeros = Buffer.alloc(${STEP});
const write = (to, bytes) => new Promise((done) => to.write(bytes, done));
(async () => {
  for (let at = 0; at < mib; at += 1) await write(at % 2 ? process.stderr : process.stdout, cipher.update(zeros));
})();
`;

export function flood(mib: number): { program: string; args: string[] } {
  return { program: process.execPath, args: ['-e', PRINT, String(mib)] };
}

/** The digests of what it prints in turns on stdout and stderr. Which comes first where both wait is nobody's to say. */
export async function digestsOfFlood(mib: number): Promise<{ stdout: string; stderr: string }> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  const zeros = Buffer.alloc(STEP);
  const [stdout, stderr] = [await startDigest(), await startDigest()];
  for (let at = 0; at < mib; at += 1) (at % 2 === 0 ? stdout : stderr).update(cipher.update(zeros));
  return { stdout: stdout.digest(), stderr: stderr.digest() };
}
