import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { codeOf } from '../launch/reasons.ts';

/** Logs of earlier lives of this service that are kept, so that one that crashed can be looked into. */
const KEPT = 1000;

/** What started programs print: one file for each run. */
export class Logs {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<Logs> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Whoever opens a log may be in another folder than we are.
    const logs = new Logs(resolve(folder));
    const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING));
    if (names.length > KEPT) await logs.#keepNewest(names);
    return logs;
  }

  /** Makes the log of a run for whoever has a program print into it; it stays if that succeeds. */
  async write<T>(id: string, use: (file: string) => Promise<T>): Promise<T> {
    const handle = await open(this.#path(id), 'a', 0o600).catch((error: unknown) => {
      throw unwritable(error);
    });
    try {
      return await use(this.#path(id));
    } catch (error) {
      await this.remove(id);
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** Removes the log of a run, if it has one. */
  async remove(id: string): Promise<void> {
    // What cannot be removed now goes with the oldest at a later start.
    await rm(this.#path(id), { force: true }).catch(() => {});
  }

  async #keepNewest(names: readonly string[]): Promise<void> {
    const dated = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).mtimeMs })),
    );
    const old = dated.sort((a, b) => b.at - a.at).slice(KEPT);
    await Promise.all(old.map(({ name }) => this.remove(name.slice(0, -ENDING.length))));
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${ENDING}`);
  }
}

const ENDING = '.log';

/** The system's refusal of a log, in words. */
export function unwritable(error: unknown): unknown {
  const reason = codeOf(error);
  if (reason === 'ENOSPC' || reason === 'EDQUOT') {
    return new ProtocolError(
      'quota',
      'The disk of the service is full: there is no room for the log. Nothing was started.',
      { reason },
    );
  }
  return new ProtocolError(
    'unavailable',
    'The service cannot write the log. Nothing was started.',
    { reason },
    { cause: error },
  );
}
