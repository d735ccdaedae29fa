import type { Readable } from 'node:stream';
import type { Call } from '@sextant/service/session/call';
import { Silence } from './silence.ts';

/**
 * Passes on what a program prints, no faster than the client takes it, to the end. A pipe still open after the program
 * has exited is held by a child of its own; such a one is read until it falls silent.
 */
export async function forward(
  output: Readable,
  exited: Promise<unknown>,
  call: Pick<Call, 'write' | 'end'>,
  channel: string,
): Promise<void> {
  using silence = new Silence(exited, () => output.destroy());
  try {
    for await (const bytes of output as AsyncIterable<Uint8Array>) {
      silence.pause();
      await call.write(channel, bytes);
      silence.listen();
    }
  } catch (error) {
    if (!silence.over) throw error;
  }
  call.end(channel);
}
