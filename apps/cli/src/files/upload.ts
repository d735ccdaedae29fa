import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Client } from '@sextant/client/client';
import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import type { FileEntry, fileService } from '@sextant/protocol/file';
import { LIMITS } from '@sextant/protocol/limits';
import { bytes } from '../output.ts';
import { showActivity, showProgress, type Progress } from '../progress.ts';
import type { CommonOptions } from '../service.ts';
import { whileConnected } from './connected.ts';
import { Digester } from './digest.ts';
import { CHUNK_BYTES, openSource } from './source.ts';

type Files = Client<typeof fileService>;

/** What goes where. */
export interface Upload {
  local: string;
  remote: string;
  overwrite: boolean;
}

/** What became of it. */
export interface Uploaded {
  entry: FileEntry & { digest: string };
  /** Bytes that went over the wire: fewer than the file's where an earlier try was gone on with. */
  sentBytes: number;
}

/** Writes that may be unanswered at a time: enough to keep disk and network busy, well below what a connection may queue. */
const IN_FLIGHT = 8;

/**
 * Uploads a file. What the service has from an earlier try is not sent again, and a lost connection is made anew.
 * @throws ProtocolError `cancelled` once the signal aborts; what arrived stays with the service.
 */
export async function upload(options: CommonOptions, plan: Upload, signal: AbortSignal): Promise<Uploaded> {
  await using source = await openSource(plan.local, signal);
  const { sizeBytes, digest } = source;
  using progress = showProgress(`Putting ${basename(plan.local)}`);
  let sentBytes = 0;
  try {
    return await whileConnected(options, { signal, tell: progress.say }, async (files) => {
      const { upload, offset } = await begin(files, {
        path: plan.remote,
        sizeBytes,
        digest,
        overwrite: plan.overwrite,
      });
      progress.begin(offset, sizeBytes);
      sentBytes += await send(files, { upload, offset }, source.chunks(offset, IN_FLIGHT + 1), progress);
      return { entry: await files.call('file.commit', { upload }), sentBytes };
    });
  } catch (error) {
    throw signal.aborted ? stopped(progress.done, sizeBytes) : error;
  }
}

/**
 * Uploads what stdin gives. Nobody knows its digest before its end, so it cannot be resumed.
 * @throws ProtocolError `cancelled` once the signal aborts.
 */
export async function uploadStdin(
  files: Files,
  { remote, overwrite }: Omit<Upload, 'local'>,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { upload } = await begin(files, { path: remote, overwrite });
  const digester = new Digester();
  try {
    const chunks = digesting(addAbortSignal(signal, process.stdin), remote, digester);
    const sentBytes = await send(files, { upload, offset: 0 }, chunks);
    const entry = await files.call('file.commit', { upload, digest: digester.digest() });
    return { entry, sentBytes };
  } catch (error) {
    await files.call('file.abort', { upload }).catch(() => {});
    throw signal.aborted ? new ProtocolError('cancelled', 'Stopped; nothing was kept.') : error;
  }
}

async function* digesting(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  digester: Digester,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  using activity = showActivity(`Putting ${name}`);
  for await (const chunk of chunks) {
    digester.update(chunk);
    done += chunk.length;
    activity.label = `Putting ${name}: ${bytes(done)}`;
    yield chunk;
  }
}

function stopped(sentBytes: number, sizeBytes: number): ProtocolError {
  const share = `${bytes(sentBytes)} of ${bytes(sizeBytes)}`;
  return new ProtocolError('cancelled', `Stopped after ${share}. They are kept: the same command goes on from there.`);
}

async function begin(
  files: Files,
  plan: { path: string; sizeBytes?: number; digest?: string; overwrite: boolean },
): Promise<{ upload: string; offset: number }> {
  try {
    return await files.call('file.open', plan);
  } catch (error) {
    if (!isErrorType(error, 'exists')) throw error;
    const there = await files.call('file.stat', { path: plan.path });
    const next =
      there.type === 'directory'
        ? `is a folder; to put the file into it, write ${plan.path}/`
        : 'is there already; --overwrite replaces it';
    throw new ProtocolError('exists', `"${plan.path}" ${next}.`, {}, { cause: error });
  }
}

/** Sends chunks in order, several on their way at a time. Returns how many bytes those were. */
async function send(
  files: Files,
  { upload, offset }: { upload: string; offset: number },
  chunks: AsyncIterable<Uint8Array>,
  progress?: Progress,
): Promise<number> {
  const step = Math.min(files.hello.limits['body'] ?? LIMITS.body, CHUNK_BYTES);
  const unanswered: Promise<void>[] = [];
  let at = offset;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += step) {
      const body = chunk.subarray(from, from + step);
      if (unanswered.length === IN_FLIGHT) await unanswered.shift();
      const write = files.call('file.write', { upload, offset: at }, { body }).then(() => {
        if (progress) progress.done += body.length;
      });
      // The oldest is awaited first; one behind it may fail meanwhile.
      write.catch(() => {});
      unanswered.push(write);
      at += body.length;
    }
  }
  await Promise.all(unanswered);
  return at - offset;
}
