import type { Writable } from 'node:stream';
import type { InputPart } from '@sextant/service/session/input';

/**
 * Writes what a client sends on "stdin" to a program, no faster than it reads. What comes for one that is over or has
 * closed its input is dropped.
 */
export async function feed(stdin: Writable, input: AsyncIterable<InputPart>): Promise<void> {
  // EPIPE: the program reads no more, and that is its own business.
  stdin.on('error', () => {});
  for await (const { channel, body, end } of input) {
    if (channel !== 'stdin') continue;
    if (body) await write(stdin, body);
    if (end) stdin.end();
  }
  stdin.end();
}

/** Resolves when the program's pipe has taken it, or never will. */
function write(stdin: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stdin.write(bytes, () => resolve());
  });
}
