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
