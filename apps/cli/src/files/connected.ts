import type { Client } from '@sextant/client/client';
import { ProtocolError } from '@sextant/protocol/errors';
import { fileService } from '@sextant/protocol/file';
import { keepConnected } from '../kept.ts';
import { duration } from '../output.ts';
import { connectTo, type CommonOptions } from '../service.ts';

/** Milliseconds without a connection after which a transfer is given up: a restart takes less, a person waits no longer. */
const PATIENCE_MS = 60_000;

/**
 * Uses a connection to the file-server, and a new one whenever it is lost; `use` begins anew with each. Where there is
 * none to begin with, it fails at once.
 */
export async function whileConnected<T>(
  options: CommonOptions,
  { signal, tell }: { signal: AbortSignal; tell: (text: string) => void },
  use: (files: Client<typeof fileService>) => Promise<T>,
): Promise<T> {
  const first = await connectTo(fileService, options);
  const patience = new AbortController();
  let lostAt: number | undefined;
  const begin = (files: Client<typeof fileService>): Promise<T> => {
    lostAt = undefined;
    return closing(files, signal, use);
  };
  return keepConnected(fileService, first, begin, {
    trust: options,
    signal: AbortSignal.any([signal, patience.signal]),
    lost: (error, delayMs) => {
      lostAt ??= performance.now();
      const reason = Error.isError(error) ? error.message : String(error);
      if (performance.now() - lostAt > PATIENCE_MS) patience.abort(new ProtocolError('unavailable', reason));
      else tell(`${reason} Trying again in ${duration(delayMs)}.`);
    },
  });
}

/** What waits for an answer must not wait on once the signal aborts. */
async function closing<T>(
  client: Client<typeof fileService>,
  signal: AbortSignal,
  use: (files: Client<typeof fileService>) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const close = (): void => client.close();
  signal.addEventListener('abort', close);
  try {
    return await use(client);
  } finally {
    signal.removeEventListener('abort', close);
  }
}
