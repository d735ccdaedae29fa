/** Whether the same request may be sent again: `safe` = it definitely did not happen, `unknown` = it may have. */
export type Retry = 'no' | 'safe' | 'unknown';

/**
 * Every error type a service answers with, its JSON-RPC code and its usual `retry`. The type is the contract, the code
 * a coarse class. `PROTOCOL.md` documents each; a test holds the two together.
 */
export const ERROR_TYPES = {
  parse_error: { code: -32700, retry: 'no' },
  bad_utf8: { code: -32700, retry: 'no' },
  too_deep: { code: -32700, retry: 'no' },
  bad_framing: { code: -32700, retry: 'no' },
  invalid_request: { code: -32600, retry: 'no' },
  duplicate_id: { code: -32600, retry: 'no' },
  method_not_found: { code: -32601, retry: 'no' },
  invalid_params: { code: -32602, retry: 'no' },
  internal: { code: -32603, retry: 'unknown' },
  unauthenticated: { code: -32001, retry: 'no' },
  insecure_transport: { code: -32001, retry: 'no' },
  auth_expired: { code: -32001, retry: 'no' },
  forbidden: { code: -32002, retry: 'no' },
  not_found: { code: -32003, retry: 'no' },
  conflict: { code: -32004, retry: 'no' },
  exists: { code: -32004, retry: 'no' },
  offset_mismatch: { code: -32004, retry: 'no' },
  lease_lost: { code: -32004, retry: 'no' },
  stale_generation: { code: -32004, retry: 'no' },
  line_too_long: { code: -32005, retry: 'no' },
  body_too_large: { code: -32005, retry: 'no' },
  quota: { code: -32005, retry: 'no' },
  limit: { code: -32005, retry: 'safe' },
  busy: { code: -32006, retry: 'safe' },
  rate_limited: { code: -32006, retry: 'safe' },
  unavailable: { code: -32007, retry: 'safe' },
  draining: { code: -32007, retry: 'safe' },
  dependency_down: { code: -32007, retry: 'safe' },
  deadline_exceeded: { code: -32008, retry: 'unknown' },
  unsupported_version: { code: -32010, retry: 'no' },
  unsupported: { code: -32010, retry: 'no' },
  checksum_mismatch: { code: -32011, retry: 'no' },
  data_loss: { code: -32011, retry: 'no' },
  cancelled: { code: -32800, retry: 'unknown' },
} as const satisfies Record<string, { code: number; retry: Retry }>;

export type ErrorType = keyof typeof ERROR_TYPES;

/** `error` as it stands in a response. */
export interface WireError {
  code: number;
  message: string;
  data: { type: string; retry: Retry; [detail: string]: unknown };
}

/** What a `ProtocolError` carries besides its type: `retry` where it differs from the type's usual one, and details. */
export interface ErrorDetails {
  retry?: Retry;
  retryAfterMs?: number;
  [detail: string]: unknown;
}

/**
 * An error that is meant for the other side. Its message is for people: what happened, why, what to do next. All other
 * errors reach the other side only as `internal` with the `ref` of a log line.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** A type of ours, or one from a newer service that this build does not know. */
  readonly type: ErrorType | (string & {});
  readonly code: number;
  readonly data: WireError['data'];

  constructor(type: ErrorType, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
    this.code = ERROR_TYPES[type].code;
    this.data = { type, retry: ERROR_TYPES[type].retry, ...details };
  }

  get retry(): Retry {
    return this.data.retry;
  }

  toWire(): WireError {
    return { code: this.code, message: this.message, data: this.data };
  }

  /** The error of a response, as the side that asked throws it. */
  static fromWire(wire: WireError): ProtocolError {
    const error = new ProtocolError('internal', wire.message);
    return Object.assign(error, { type: wire.data.type, code: wire.code, data: wire.data });
  }
}

/** True for a `ProtocolError` of the given type. */
export function isErrorType(error: unknown, type: ErrorType): error is ProtocolError {
  return error instanceof ProtocolError && error.type === type;
}
