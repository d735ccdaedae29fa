import { ProtocolError, type ErrorType } from '@sextant/protocol/errors';

/** Why a program cannot be started, by the system's word for it: whose fault it is, what it means, what to do. */
const REASONS = {
  ENOENT: ['not_found', 'there is no such program. Check its name, or give its whole path'],
  ENOTDIR: ['not_found', 'part of its path is no folder. Check the path'],
  ELOOP: ['not_found', 'its path goes round in a circle of links. Name the file itself'],
  ENAMETOOLONG: ['invalid_params', 'its path is longer than the system takes'],
  EISDIR: ['invalid_params', 'it is a folder. Name a program in it'],
  EINVAL: ['invalid_params', 'a program has a name, and there is no NUL in name, arguments, environment or folder'],
  ENOEXEC: [
    'invalid_params',
    'it is no program of this machine and does not begin with "#!". Run its interpreter, with it as argument',
  ],
  E2BIG: [
    'invalid_params',
    'arguments and environment together are longer than the system takes. Send long content to stdin',
  ],
  EACCES: ['forbidden', 'it is there, but this service may not execute it. See its permissions (chmod +x)'],
  EPERM: ['forbidden', 'the system does not let this service execute it'],
  ETXTBSY: ['busy', 'it is being written just now. Try again'],
  EAGAIN: ['busy', 'this machine has no process left for it. Close some program and try again'],
  ENOMEM: ['busy', 'this machine has no memory left for it. Close some program and try again'],
  EMFILE: ['busy', 'this service has no descriptor left for it. Close some program and try again'],
  ENFILE: ['busy', 'this machine has no descriptor left for it. Close some program and try again'],
} as const satisfies Record<string, readonly [ErrorType, string]>;

/** The system's word for why a program cannot be started. */
export type Reason = keyof typeof REASONS;

export function refusal(reason: Reason, program: string): ProtocolError {
  const [type, why] = REASONS[reason];
  return refuse(type, reason, program, why);
}

/** The system's refusal to start a program that was found, in words; anything else as it is. */
export function explain(error: unknown, program: string): unknown {
  const reason = knownReason(error);
  if (reason === undefined) return error;
  if (reason !== 'ENOENT') return refusal(reason, program);
  return refuse(
    'not_found',
    reason,
    program,
    'the interpreter that its first line names is not there. Install it, or correct that line',
  );
}

/** The reason of an error of the system, if it is one of those. */
export function knownReason(error: unknown): Reason | undefined {
  const code = codeOf(error);
  return Object.hasOwn(REASONS, code) ? (code as Reason) : undefined;
}

/** What the system may lack for a moment, for a program as for what starts it. */
const WANTING: ReadonlySet<Reason> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);

/** The system's refusal of the launcher, through which programs are started. */
export function unlaunched(error: unknown, program: string): unknown {
  const reason = knownReason(error);
  if (reason !== undefined && WANTING.has(reason)) return refusal(reason, program);
  const code = codeOf(error);
  if (code === '' || error instanceof ProtocolError) return error;
  return new ProtocolError(
    'unavailable',
    `The service cannot start its launcher, through which it starts programs: ${code}. Its temporary folder (TMPDIR) must be there, have room, and a path of at most 80 characters.`,
    { reason: code },
    { cause: error },
  );
}

/** The system's refusal of the folder that a program is to run in. */
export function badFolder(error: unknown): unknown {
  const code = codeOf(error);
  if (code === '') return error;
  return new ProtocolError('invalid_params', `Cannot run anything in that folder: ${code}. Give a cwd that is there.`, {
    reason: code,
    issues: [{ path: 'cwd', code: 'custom', message: code }],
  });
}

/** Why a program was not started, as the caller was told. */
export interface Failure {
  /** The system's word for it, else the type of the error. */
  readonly reason: string;
  readonly message?: string;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof ProtocolError)) return { reason: 'internal' };
  const { reason } = error.data;
  return { reason: typeof reason === 'string' ? reason : error.type, message: error.message };
}

/** The system's word for an error, or nothing. */
export function codeOf(error: unknown): string {
  return Error.isError(error) && 'code' in error ? String(error.code) : '';
}

function refuse(type: ErrorType, code: string, program: string, why: string): ProtocolError {
  return new ProtocolError(type, `Cannot run ${quote(program)}: ${why}.`, { reason: code });
}

/** Characters of a program's name that a message repeats. */
const QUOTED = 100;

function quote(program: string): string {
  return JSON.stringify(program.length > QUOTED ? `${program.slice(0, QUOTED)}...` : program);
}
