import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Output } from './output.ts';
import type { Channel } from './piece.ts';
import { Silence } from './silence.ts';

/**
 * Takes in what a program prints on a channel, as long as there is room, to the end. A pipe still open after the program
 * has exited is held by a child of its own; such a one is read until it falls silent.
 */
export async function pump(
  stream: Readable,
  exited: Promise<unknown>,
  output: Output,
  channel: Channel,
): Promise<void> {
  using silence = new Silence(exited, () => stream.destroy());
  // Each piece as it comes: an iterator would take a turn for each, and copy what came meanwhile into one.
  stream.on('data', (bytes: Uint8Array) => {
    silence.pause();
    output.append(channel, bytes);
    if (!output.isFull) {
      silence.listen();
      return;
    }
    stream.pause();
    void output.room().then(() => {
      silence.listen();
      stream.resume();
    });
  });
  try {
    await finished(stream, { writable: false });
  } catch (error) {
    if (!silence.over) throw error;
  }
}
