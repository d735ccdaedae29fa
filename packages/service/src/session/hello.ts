import { ProtocolError } from '@sextant/protocol/errors';
import { PROTOCOL_VERSION, type sessionMethods } from '@sextant/protocol/session';
import { VERSION } from '@sextant/protocol/version';
import type { Handler } from '../handler.ts';

/** What a service says of itself. */
export interface Introduction {
  readonly service: string;
  /** New at every start. */
  readonly instance: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly methods: readonly string[];
}

export function hello(introduction: Introduction): Handler<(typeof sessionMethods)['rpc.hello']> {
  const { service, instance } = introduction;
  return async ({ protocol, auth, heartbeat }, { caller }) => {
    if (protocol !== PROTOCOL_VERSION) {
      throw new ProtocolError('unsupported_version', `This service speaks version ${PROTOCOL_VERSION}.`, {
        supported: [PROTOCOL_VERSION],
      });
    }
    if (auth) await caller.identify(auth);
    return {
      protocol: PROTOCOL_VERSION,
      service,
      version: VERSION,
      instance,
      principal: caller.principal.name,
      scopes: [...caller.principal.scopes],
      ...(heartbeat !== undefined && { heartbeat: caller.agreeHeartbeat(heartbeat) }),
      limits: { ...introduction.limits, ...caller.limits },
      methods: [...introduction.methods],
    };
  };
}
