import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { codeOf } from '../launch/reasons.ts';
import { Output } from './output.ts';
import { Segments } from './segments.ts';

/** The outputs of programs that are kept on disk. */
export class Store {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<Store> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Store(resolve(folder));
  }

  /**
   * An output for a run that is to be started, on disk.
   * @param wait whether the program is to wait where more is printed than is kept, so that nothing is cut unread.
   * @throws ProtocolError `quota` or `unavailable` if it cannot be written.
   */
  async create(id: string, keepBytes: number, wait: boolean): Promise<Output> {
    try {
      const file = await Segments.create(join(this.#folder, id), keepBytes);
      // What was read last may be asked for again: by one whose connection was lost.
      return new Output({ file, ...(wait && { wait: keepBytes / 2 }) });
    } catch (error) {
      throw unwritable(error);
    }
  }
}

/** The system's refusal of an output, in words. */
function unwritable(error: unknown): unknown {
  const reason = codeOf(error);
  if (reason === 'ENOSPC' || reason === 'EDQUOT') {
    return new ProtocolError(
      'quota',
      'The disk of the service is full: there is no room for the output. Nothing was started.',
      { reason },
    );
  }
  return new ProtocolError(
    'unavailable',
    'The service cannot write the output. Nothing was started.',
    { reason },
    { cause: error },
  );
}
