import { ProtocolError, type ErrorType } from '@sextant/protocol/errors';
import { Overdue } from './deadline.ts';
import { Denied } from './denied.ts';

/** What the engine could not be asked, or refused, in the words of a caller; an error of our own as it is. */
export function explain(error: unknown, engine: string): unknown {
  if (!Error.isError(error) || error instanceof ProtocolError) return error;
  if (error instanceof Overdue) return silent(error, engine);
  if (error instanceof Denied) return denied(error);
  if (isRefusal(error)) return refused(messageOf(error), error.statusCode, error);
  // A mistake of ours, such as an argument that Node refuses, also has a code.
  if (error.name === 'TypeError' || !('code' in error)) return error;
  return unreachable(String(error.code), engine, error);
}

/** A refusal of the engine by its HTTP status; without one, what failed under way. */
export function refused(message: string, status: number | undefined, cause?: Error): ProtocolError {
  const type = SYMPTOMS.find(({ text }) => text.test(message))?.type ?? TYPES.get(status ?? 500) ?? 'unavailable';
  const details = type === 'unavailable' ? ({ retry: 'unknown' } as const) : {};
  return new ProtocolError(type, wordsFor(message), details, { cause });
}

function wordsFor(message: string): string {
  const [, port] = /(?:Bind for|listen \w+) \S+:(\d+)(?: failed)?: .*already (?:allocated|in use)/.exec(message) ?? [];
  if (port === undefined) return `The Docker engine says: ${clean(message)}.`;
  return `Port ${port} of the engine's machine is taken already: choose another, or none for a free one.`;
}

/** An error of dockerode that tells an answer of the engine. */
interface Refusal extends Error {
  statusCode: number;
  reason?: string;
}

const TYPES: ReadonlyMap<number, ErrorType> = new Map([
  [400, 'invalid_params'],
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
]);

/** The engine answers these with 500 like any failure of its own; only its words tell them. */
const SYMPTOMS: readonly { text: RegExp; type: ErrorType }[] = [
  { text: /port is already allocated|address already in use/, type: 'conflict' },
  { text: /no space left on device|disk quota exceeded/, type: 'quota' },
];

/** Failures before anything could be sent. */
const UNSENT = new Set([
  'ENOENT',
  'ENOTDIR',
  'ENOTSOCK',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

function isRefusal(error: Error): error is Refusal {
  return 'statusCode' in error && typeof error.statusCode === 'number';
}

/** The engine's own words; dockerode puts the status and its guess in front. */
function messageOf({ message, statusCode, reason }: Refusal): string {
  return message.slice(`(HTTP code ${statusCode}) ${reason ?? 'unexpected'} - `.length);
}

function unreachable(code: string, engine: string, cause: Error): ProtocolError {
  if (code === 'EACCES' || code === 'EPERM') {
    return down(
      `This service may not use the Docker engine at ${engine}: add its user to the docker group, or set DOCKER_HOST to another engine.`,
      'safe',
      cause,
    );
  }
  if (/CERT|SIGNATURE|UNKNOWN_CA/.test(code)) {
    return down(
      `The Docker engine at ${engine} and this service do not trust each other's certificates (${code}): ca.pem, cert.pem and key.pem must be of the engine's authority; set DOCKER_CERT_PATH to where they are.`,
      'safe',
      cause,
    );
  }
  if (!UNSENT.has(code))
    return down(`The connection to the Docker engine at ${engine} broke (${code}).`, 'unknown', cause);
  return down(
    `No Docker engine answers at ${engine}. Start one (sudo systemctl start docker, or dockerd &), or set DOCKER_HOST to where it is.`,
    'safe',
    cause,
  );
}

function denied(error: Denied): ProtocolError {
  return new ProtocolError(
    'forbidden',
    `What stands in front of the Docker engine refused ${error.message} (403): allow that there, or set DOCKER_HOST to another way to the engine.`,
    {},
    { cause: error },
  );
}

function silent(error: Overdue, engine: string): ProtocolError {
  return down(
    `The Docker engine at ${engine} did not answer within ${error.ms} ms; restart it if it does not recover.`,
    'unknown',
    error,
  );
}

function down(message: string, retry: 'safe' | 'unknown', cause: Error): ProtocolError {
  return new ProtocolError('dependency_down', message, { dependency: 'docker', retry }, { cause });
}

/** What the engine's layers wrap around a reason. */
const WRAPPERS =
  /^failed to create (?:shim )?task(?: for container)?: |^OCI runtime create failed: |^OCI runtime exec failed: |^exec failed: |^runc create failed: |^unable to start container process: |: unknown$/;
/** Folders of the engine's machine that are nobody else's business. */
const HOST_PATHS = /(?<![\w.:/-])\/(?:var\/lib|var\/run|run)\/[^\s:"',]*/g;
/** Characters of a reason that are told. */
const MAX_LENGTH = 500;

function clean(message: string): string {
  let reason = message.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  for (let before = ''; before !== reason;) {
    before = reason;
    reason = reason.replace(WRAPPERS, '');
  }
  return reason.replaceAll(HOST_PATHS, '(a path of the engine)').slice(0, MAX_LENGTH).replace(/\.$/, '');
}
