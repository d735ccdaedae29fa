import type { Stream } from '@sextant/client/stream';
import { waitFor } from '@sextant/testing/wait';
import type { Containers } from './app.ts';

type Conversation = Stream<Containers['methods']['container.exec']> | Stream<Containers['methods']['container.attach']>;

/** What came of a program so far; it is read as it comes. */
export interface Heard {
  readonly items: unknown[];
  stdout(): string;
  stderr(): string;
  /** Waits until it has printed a text. */
  shows(text: string): Promise<unknown>;
  /** Resolves when all that it printed was read. */
  readonly over: Promise<void>;
}

export function hear(stream: Conversation): Heard {
  const items: unknown[] = [];
  const bytes = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const read = async (): Promise<void> => {
    for await (const { item, channel, body } of stream) {
      if (item) items.push(item);
      if (body && (channel === 'stdout' || channel === 'stderr')) bytes[channel].push(body);
    }
  };
  const over = read();
  const stdout = (): string => Buffer.concat(bytes.stdout).toString();
  return {
    items,
    stdout,
    stderr: () => Buffer.concat(bytes.stderr).toString(),
    shows: (text) =>
      waitFor(`"${text}"`, () => stdout().includes(text), 10_000).catch((error: unknown) => {
        throw new Error(`it showed: ${stdout()}`, { cause: error });
      }),
    over,
  };
}
