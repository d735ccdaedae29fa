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
  /** Its bytes from an offset on; the memory of a chunk is used again once `kept` more have been taken. */
  chunks(from: number, kept: number): AsyncGenerator<Uint8Array>;
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
      chunks: (from, kept) => read(handle, from, kept),
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
  for await (const chunk of read(handle, 0, 1)) {
    signal.throwIfAborted();
    digester.update(chunk);
    progress.done += chunk.length;
  }
  return digester.digest();
}

/** The next chunk is read while one is used; its memory is used again once so many more have been taken. */
async function* read(handle: FileHandle, from: number, kept: number): AsyncGenerator<Uint8Array> {
  const buffers: Buffer[] = [];
  const readAt = async (turn: number, at: number): Promise<Buffer> => {
    const buffer = (buffers[turn % (kept + 1)] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, at);
    return buffer.subarray(0, bytesRead);
  };
  let at = from;
  let next = readAt(0, at);
  for (let turn = 1; ; turn += 1) {
    const chunk = await next;
    if (chunk.length === 0) return;
    at += chunk.length;
    next = readAt(turn, at);
    // It is awaited next, or not at all.
    next.catch(() => {});
    yield chunk;
  }
}
