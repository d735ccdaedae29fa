import type { ErrorType } from '@sextant/protocol/errors';

/** The HTTP status that comes nearest to an error, so that `curl --fail` and proxies understand it. */
const STATUS: Partial<Record<ErrorType, number>> = {
  parse_error: 400,
  bad_utf8: 400,
  too_deep: 400,
  bad_framing: 400,
  invalid_request: 400,
  invalid_params: 400,
  unauthenticated: 401,
  auth_expired: 401,
  insecure_transport: 403,
  forbidden: 403,
  method_not_found: 404,
  not_found: 404,
  conflict: 409,
  exists: 409,
  offset_mismatch: 409,
  line_too_long: 413,
  body_too_large: 413,
  busy: 429,
  rate_limited: 429,
  internal: 500,
  unsupported: 501,
  unavailable: 503,
  draining: 503,
  dependency_down: 503,
  deadline_exceeded: 504,
  quota: 507,
};

export function statusOf(type: string): number {
  return STATUS[type as ErrorType] ?? 422;
}
