import { ProtocolError, type ErrorType } from '@sextant/protocol/errors';

/** How the command line ends; what runs or follows a program ends as that did. */
export const ExitCode = {
  ok: 0,
  /** It was tried and failed. */
  failed: 1,
  /** It was asked for wrongly. */
  usage: 2,
  /** The service cannot be reached, or what it needs is down. */
  unavailable: 3,
  notFound: 4,
  /** Not allowed, not known who asks, or not to be trusted. */
  forbidden: 5,
  /** It is there already, or changed meanwhile. */
  conflict: 6,
  /** The connection was lost on which a program ran. */
  lost: 125,
  /** There is the program, but it cannot be started. */
  notStarted: 126,
  /** There is no such program. */
  noProgram: 127,
  /** Stopped by SIGINT. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const CODES: Partial<Record<ErrorType, ExitCode>> = {
  invalid_params: ExitCode.usage,
  line_too_long: ExitCode.usage,
  unavailable: ExitCode.unavailable,
  draining: ExitCode.unavailable,
  rate_limited: ExitCode.unavailable,
  dependency_down: ExitCode.unavailable,
  not_found: ExitCode.notFound,
  forbidden: ExitCode.forbidden,
  unauthenticated: ExitCode.forbidden,
  auth_expired: ExitCode.forbidden,
  insecure_transport: ExitCode.forbidden,
  conflict: ExitCode.conflict,
  exists: ExitCode.conflict,
  cancelled: ExitCode.interrupted,
};

export function exitCodeOf(error: unknown): ExitCode {
  const type = error instanceof ProtocolError ? error.type : undefined;
  return CODES[type as ErrorType] ?? ExitCode.failed;
}

/** The same where a program was to be started: the system's reasons against it have the codes that shells give them. */
export function startCodeOf(error: unknown): ExitCode {
  if (!(error instanceof ProtocolError) || error.data['reason'] === undefined) return exitCodeOf(error);
  return error.type === 'not_found' ? ExitCode.noProgram : ExitCode.notStarted;
}
