import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { showProgress } from '../progress.ts';
import { Digester } from './digest.ts';
import { localError } from './local.ts';

/** Bytes read at a time. */
export const CHUNK_BYTES = 512 * 1024;

/** A file of this machine that is to be sent. */
export interface Source extends AsyncDisposable {
  readonly sizeBytes: number;
  /** Taken before anything is sent: by it the service finds what it has from an earlier try. */
  readonly digest: string;
  /** Its bytes from an offset on. */
  chunks(from: number): AsyncGenerator<Uint8Array>;
}

/**
 * Opens a file to be sent.
 * @throws ProtocolError why it cannot be, or the signal's reason.
 */
export async function openSource(path: string, signal: AbortSignal): Promise<Source> {
  const handle = await open(path).catch((error: unknown) => {
    throw localError(path, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ProtocolError('invalid_params', `${path} is no file: put takes one file at a time.`);
    const digest = await digestOf(handle, path, stats.size, signal);
    return {
      sizeBytes: stats.size,
      digest,
      chunks: (from) => read(handle, from),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function digestOf(handle: FileHandle, path: string, sizeBytes: number, signal: AbortSignal): Promise<string> {
  using progress = showProgress(`Reading ${basename(path)}`);
  progress.begin(0, sizeBytes);
  const digester = new Digester();
  for await (const chunk of read(handle, 0, Buffer.allocUnsafe(CHUNK_BYTES))) {
    signal.throwIfAborted();
    digester.update(chunk);
    progress.done += chunk.length;
  }
  return digester.digest();
}

/** Each chunk is a piece of memory of its own, unless all may be the same one. */
async function* read(handle: FileHandle, from: number, reused?: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = from; ;) {
    const { bytesRead, buffer } = await handle.read(reused ?? Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
