import { once } from 'node:events';
import { basename } from 'node:path';
import type { Client } from '@sextant/client/client';
import { ProtocolError } from '@sextant/protocol/errors';
import type { fileService } from '@sextant/protocol/file';
import { showProgress } from '../progress.ts';
import type { CommonOptions } from '../service.ts';
import { whileConnected } from './connected.ts';
import { Digester } from './digest.ts';
import { Target } from './target.ts';

type Files = Client<typeof fileService>;

/** Bytes that may be on their way to us: with fewer, the service would wait for our word most of the time. */
const AHEAD_BYTES = 4 * 1024 * 1024;

/** What goes where. */
export interface Download {
  remote: string;
  local: string;
  overwrite: boolean;
}

/** What came. */
export interface Downloaded {
  path: string;
  sizeBytes: number;
  digest: string;
}

/**
 * Downloads a file: once it is whole and has the digest that the service says, it is in its place, before that not at
 * all. A lost connection is made anew, and the file begun anew with it.
 * @throws ProtocolError `cancelled` once the signal aborts.
 */
export async function download(options: CommonOptions, plan: Download, signal: AbortSignal): Promise<Downloaded> {
  await using target = await Target.open(plan.local, plan.overwrite);
  using progress = showProgress(`Getting ${basename(plan.remote)}`);
  try {
    const done = await whileConnected(options, { signal, tell: progress.say }, async (files) => {
      await target.restart();
      progress.begin(0, await sizeOf(files, plan.remote));
      return receive(files, plan.remote, async (bytes, at) => {
        await target.write(bytes, at);
        progress.done += bytes.length;
      });
    });
    await target.keep();
    return done;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ProtocolError('cancelled', 'Stopped; nothing was kept. The same command begins anew.');
  }
}

/** Writes a file to stdout, from where nothing can be taken back: it fails when the connection is lost. */
export async function downloadToStdout(files: Files, remote: string): Promise<Downloaded> {
  await sizeOf(files, remote);
  return receive(files, remote, async (bytes) => {
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
  });
}

async function sizeOf(files: Files, path: string): Promise<number> {
  const { type, sizeBytes } = await files.call('file.stat', { path });
  if (type === 'file') return sizeBytes;
  throw new ProtocolError('invalid_params', `"${path}" is a folder: get takes one file at a time.`);
}

async function receive(
  files: Files,
  path: string,
  write: (bytes: Uint8Array, at: number) => Promise<void>,
): Promise<Downloaded> {
  const stream = files.open('file.read', { path }, { credit: AHEAD_BYTES });
  const digester = new Digester();
  let at = 0;
  for await (const { body } of stream) {
    if (!body) continue;
    digester.update(body);
    await write(body, at);
    at += body.length;
  }
  const { sizeBytes, digest } = await stream.result;
  const ours = digester.digest();
  if (at !== sizeBytes) throw new ProtocolError('data_loss', `"${path}" changed while it was read; get it again.`);
  if (digest?.startsWith('blake3:') && digest !== ours) {
    throw new ProtocolError('checksum_mismatch', `What arrived of "${path}" has another digest; get it again.`);
  }
  return { path, sizeBytes, digest: ours };
}
