import { isErrorType } from '@sextant/protocol/errors';
import { containerService } from '@sextant/protocol/container';
import type { HostAddress } from '@sextant/wire/address';
import { hostOption } from '../arguments.ts';
import type { TrustOptions } from '../credentials.ts';
import { withService } from '../service.ts';

/** Milliseconds the engine has to answer before the table of services is shown without it. */
const ENGINE_MS = 5000;

/** What is wrong with the engine a container-server drives, as it says itself; undefined where all is well. */
export async function engineTrouble(address: HostAddress, trust: TrustOptions): Promise<string | undefined> {
  try {
    const options = { ...trust, host: hostOption(address) };
    await withService(containerService, options, (containers) =>
      containers.call('engine.info', {}, { timeout: ENGINE_MS }),
    );
    return undefined;
  } catch (error) {
    if (isErrorType(error, 'dependency_down')) return error.message;
    // Whoever may not ask cannot tell.
    if (isErrorType(error, 'forbidden') || isErrorType(error, 'unauthenticated')) return undefined;
    if (isErrorType(error, 'insecure_transport'))
      return 'This is a service of another home, or wants TLS: name it with --host tls://HOST:PORT --ca FILE.';
    return `The Docker engine could not be asked: ${Error.isError(error) ? error.message : String(error)}`;
  }
}
