import { ProtocolError, type ErrorType } from '@sextant/protocol/errors';

/** How the command line ends; `run`, `container exec` and `container attach` end as their program did. */
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
