import { BlockList, isIP } from 'node:net';
import { ProtocolError } from '@sextant/protocol/errors';

/** Addresses that name nobody in particular: "any", broadcast, multicast. */
const nobody = new BlockList();
nobody.addSubnet('0.0.0.0', 8);
nobody.addSubnet('224.0.0.0', 3);
nobody.addAddress('::', 'ipv6');
nobody.addSubnet('ff00::', 8, 'ipv6');

/** @throws ProtocolError `invalid_params` for an address that others could not dial. */
export function checkHost(host: string): void {
  const version = isIP(host);
  if (version === 0 ? isName(host) : !nobody.check(host, version === 6 ? 'ipv6' : 'ipv4')) return;
  throw new ProtocolError(
    'invalid_params',
    `Nobody can be reached at "${host}"; give the address others see, or leave it out.`,
  );
}

function isName(host: string): boolean {
  return /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/.test(host);
}
