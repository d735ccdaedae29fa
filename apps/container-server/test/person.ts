import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { containerService } from '@sextant/protocol/container';
import { Tokens } from '@sextant/service/identity/tokens';
import type { Rig } from '@sextant/testing/rig';
import type { Containers } from './app.ts';

/** Somebody else at the same service, with a token of these scopes. `using` ends the connection. */
export async function person(
  rig: Pick<Rig<Containers>, 'home' | 'running'>,
  name: string,
  ...scopes: string[]
): Promise<{ client: Client<Containers> } & Disposable> {
  const { token = '' } = await new Tokens(rig.home).create({ name, scopes });
  const client = await connect(containerService, rig.running, { client: 'test/1', auth: { type: 'token', token } });
  return { client, [Symbol.dispose]: () => client.close() };
}
