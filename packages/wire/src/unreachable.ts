import { ProtocolError, type ErrorType } from '@sextant/protocol/errors';
import { formatAddress, type Address } from './address.ts';

/** Why a connection could not be made, as its `data.reason` has it: the code of the system or of TLS. */
interface Trouble {
  readonly type: ErrorType;
  readonly codes: readonly string[];
  readonly reason: string;
}

const TROUBLES: readonly Trouble[] = [
  { type: 'unavailable', codes: ['ECONNREFUSED'], reason: 'nothing listens there' },
  { type: 'unavailable', codes: ['ENOENT'], reason: 'there is no such socket' },
  { type: 'forbidden', codes: ['EACCES', 'EPERM'], reason: 'this user may not use that socket' },
  { type: 'unavailable', codes: ['ENOTFOUND'], reason: 'there is no such host' },
  { type: 'unavailable', codes: ['EAI_AGAIN'], reason: 'there is no such host, or no network' },
  { type: 'unavailable', codes: ['EHOSTUNREACH'], reason: 'the host cannot be reached' },
  { type: 'unavailable', codes: ['ENETUNREACH'], reason: 'there is no way to that network' },
  { type: 'unavailable', codes: ['ECONNRESET', 'EPIPE'], reason: 'the connection was cut' },
  {
    type: 'insecure_transport',
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    reason: 'nobody known here vouches for its certificate; name the file of the one who does with --ca',
  },
  {
    type: 'insecure_transport',
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    reason: 'its certificate is for another name; use the name it was made for, if this is the right service',
  },
  {
    type: 'insecure_transport',
    codes: ['CERT_HAS_EXPIRED'],
    reason: 'its certificate has expired; it needs a new one',
  },
  {
    type: 'insecure_transport',
    codes: ['CERT_NOT_YET_VALID'],
    reason: 'its certificate is not valid yet; compare the clocks of both machines',
  },
  {
    type: 'insecure_transport',
    codes: ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    reason: 'it speaks no TLS from 1.2 on',
  },
  {
    type: 'unsupported',
    codes: ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_INVALID_RECORD'],
    reason: 'it does not speak TLS; give the service a certificate, or ask it from its own machine',
  },
];

/** What is told of an address that no connection could be made to. `waitedMs`: what it was given. */
export function unreachable(address: Address, cause: unknown, waitedMs: number): ProtocolError {
  const code = Error.isError(cause) && 'code' in cause ? String(cause.code) : '';
  const { type, reason } = TROUBLES.find(({ codes }) => codes.includes(code)) ?? {
    type: 'unavailable',
    reason: cause instanceof DOMException ? `no answer within ${waitedMs / 1000} s` : code || 'it failed',
  };
  return new ProtocolError(
    type,
    `Cannot connect to ${formatAddress(address)}: ${reason}.`,
    { reason: code },
    { cause },
  );
}
