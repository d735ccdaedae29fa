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

/** What a registry refuses, or that it cannot be asked: the engine's words for it name no image, or no way on. */
export function notPulled(error: unknown, image: string): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const type = (['not_found', 'forbidden', 'unavailable'] as const).find((one) => error.type === one);
  if (type === undefined) return error;
  const [name, registry] = [JSON.stringify(image), registryOf(image)];
  const what =
    type === 'unavailable'
      ? `${registry} cannot be asked for ${name}: look whether the network is there, or use an image that the engine has.`
      : `${registry} has no image ${name}, or not for everybody: look how it is called; for a private one the engine's registry wants a login.`;
  const details = type === 'unavailable' ? ({ retry: 'unknown' } as const) : {};
  return new ProtocolError(type, `${what} ${error.message}`, details, { cause: error });
}

/** A first part with a dot or a port is a host. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'Docker Hub';
}

/** Where a name is asked for, nothing else can be in conflict. */
export function taken(error: unknown, name: string): never {
  if (!isErrorType(error, 'conflict')) throw error;
  throw new ProtocolError(
    'exists',
    `The name ${JSON.stringify(name)} is taken by another container; choose another name, or remove that one.`,
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
