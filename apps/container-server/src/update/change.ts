import type { containerService } from '@sextant/protocol/container';
import type { ParamsOf } from '@sextant/protocol/method';
import { creation, type Creation } from '../container/creation.ts';
import { withoutInherited } from '../container/labels.ts';
import type { Policy } from '../policy/policy.ts';
import { variables } from './variables.ts';
import { wishOf } from './wish.ts';

export type Params = ParamsOf<(typeof containerService.methods)['container.update']>;

/** An image that a container is to be made from. */
export interface Wanted {
  readonly name: string;
  /** The variables that it brings. */
  readonly env: readonly string[];
}

/** What whoever runs the service has ruled for every container. */
export interface Ruling {
  readonly policy: Pick<Policy, 'allowed'>;
  readonly publishHost: string;
}

/**
 * What a container is to be created from, in place of what it was: all of it within the policy, what is kept too.
 * @throws ProtocolError `forbidden` that says what is not allowed.
 */
export async function change(
  before: Creation,
  params: Params,
  image: Wanted,
  { policy, publishHost }: Ruling,
): Promise<Creation> {
  const { command = before.Cmd ?? [], env = {}, restart } = params;
  const allowed = await policy.allowed(wishOf(before, params, image.name));
  const made = creation(allowed, image.name, publishHost, '');
  return {
    ...made,
    ...(command.length > 0 && { Cmd: command }),
    Env: changedEnv(before.Env, env, image.env),
    Labels: withoutInherited(before.Labels),
    HostConfig: {
      ...made.HostConfig,
      LogConfig: before.HostConfig.LogConfig,
      ...(!restart && { RestartPolicy: before.HostConfig.RestartPolicy }),
    },
  };
}

/** A variable of the image is taken away by its bare name. */
function changedEnv(own: readonly string[], wish: NonNullable<Params['env']>, ofImage: readonly string[]): string[] {
  const kept = own.filter((variable) => !Object.hasOwn(wish, variable.split('=', 1)[0] ?? ''));
  const inImage = variables(ofImage);
  const said = Object.entries(wish).flatMap(([name, value]) => {
    if (value === null) return inImage.has(name) ? [name] : [];
    return inImage.get(name) === value ? [] : [`${name}=${value}`];
  });
  return [...kept, ...said];
}
