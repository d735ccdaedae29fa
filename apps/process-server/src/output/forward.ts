import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Call } from '@sextant/service/session/call';
import { Passing } from './passing.ts';
import { Silence } from './silence.ts';

/**
 * Passes on what a program prints, no faster than the client takes it, to the end. A pipe still open after the program
 * has exited is held by a child of its own; such a one is read until it falls silent.
 */
export async function forward(
  output: Readable,
  exited: Promise<unknown>,
  call: Pick<Call, 'write' | 'end' | 'congested' | 'sentBytes' | 'takenBytes'>,
  channel: string,
): Promise<void> {
  using silence = new Silence(exited, () => output.destroy());
  using passing = new Passing(call);
  let written = Promise.resolve();
  // Each piece as it comes: an iterator would take a turn for each, and copy what came meanwhile into one.
  output.on('data', (bytes: Uint8Array) => {
    silence.pause();
    written = call.write(channel, bytes).then(() => passing.add(bytes));
    if (!call.congested) {
      silence.listen();
      return;
    }
    output.pause();
    void written.then(() => {
      silence.listen();
      output.resume();
    });
  });
  try {
    await finished(output, { writable: false });
  } catch (error) {
    if (!silence.over) throw error;
  }
  // A stream that is paused ends all the same, and its last piece may wait for the client still.
  await written;
  call.end(channel);
}
