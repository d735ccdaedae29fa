import { isErrorType, ProtocolError } from '@sextant/protocol/errors';
import { Overdue } from './deadline.ts';

/** What is started or stopped already is answered with 304: no failure for us. */
export async function unchanged(done: Promise<unknown>): Promise<void> {
  await done.catch((error: unknown) => {
    if (!(Error.isError(error) && 'statusCode' in error && error.statusCode === 304)) throw error;
  });
}

/** A pull that stalls is more often its registry's fault than the engine's. */
export function stalled(error: unknown, image: string): unknown {
  if (!Error.isError(error) || !(error.cause instanceof Overdue)) return error;
  return new ProtocolError(
    'dependency_down',
    `Nothing came of ${JSON.stringify(image)} for ${error.cause.ms} ms, so its pull was given up. Look whether its registry answers.`,
    { dependency: 'docker' },
    { cause: error.cause },
  );
}

/** Where a name is asked for, nothing else can be in conflict. */
export function taken(error: unknown): never {
  if (!isErrorType(error, 'conflict')) throw error;
  throw new ProtocolError(
    'exists',
    'The name is taken by another container; choose another name, or remove that one.',
    {},
    { cause: error },
  );
}

/** The oldest API that is supported, Docker 20.10's. */
const OLDEST = [1, 41] as const;

/** @throws ProtocolError `unsupported_version` if an engine speaks only an older API. */
export function mustBeNew(apiVersion: string): void {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new ProtocolError(
    'unsupported_version',
    `The Docker engine speaks API ${apiVersion}; ${OLDEST.join('.')} (Docker 20.10) is the oldest that works here: update it.`,
  );
}
