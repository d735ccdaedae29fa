import type { PullProgress } from '@sextant/protocol/container-schemas';
import { ProtocolError } from '@sextant/protocol/errors';
import { refused } from './reasons.ts';

/** A line of what the engine says while it pulls. */
interface Line {
  id?: string;
  status?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

/**
 * Reads the progress of a pull.
 * @throws ProtocolError if the engine says that it failed.
 */
export async function* readProgress(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<PullProgress> {
  for await (const text of readLines(chunks)) {
    const line = JSON.parse(text) as Line;
    if (line.error !== undefined) throw refused(line.error, undefined);
    if (line.status !== undefined) yield progressOf(line, line.status);
  }
}

function progressOf({ id, progressDetail = {} }: Line, status: string): PullProgress {
  const { current, total } = progressDetail;
  return {
    ...(id && { layer: id }),
    status,
    ...(isSize(current) && { currentBytes: current }),
    ...(isSize(total) && { totalBytes: total }),
  };
}

/** The engine says -1 where it does not know. */
function isSize(bytes: number | undefined): bytes is number {
  return bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0;
}

/** Characters of a line, far more than any has. */
const MAX_LINE = 4 * 1024 * 1024;

/**
 * The lines of a text that comes in pieces, without the empty ones.
 * @throws ProtocolError `dependency_down` if one does not end.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new ProtocolError('dependency_down', 'The Docker engine sent a line that does not end.', {
        dependency: 'docker',
      });
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
