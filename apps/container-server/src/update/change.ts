import type { containerService } from '@sextant/protocol/container';
import type { ParamsOf } from '@sextant/protocol/method';
import { limits, published, type Creation } from '../container/creation.ts';
import type { Allowed } from '../policy/policy.ts';
import { variables } from './variables.ts';

export type Params = ParamsOf<(typeof containerService.methods)['container.update']>;

/** An image that a container is to be made from. */
export interface Wanted {
  readonly name: string;
  /** The variables that it brings. */
  readonly env: readonly string[];
}

/** What whoever runs the service has ruled for every container. */
export interface Rules extends Pick<Allowed, 'processes' | 'freePort'> {
  readonly publishHost: string;
}

/** What a container is to be created from, in place of what it was. */
export function change(before: Creation, params: Params, image: Wanted, rules: Rules): Creation {
  const { command, env = {}, ports, restart } = params;
  const { Cmd, ...rest } = before;
  const words = command ?? Cmd ?? [];
  const opened = ports && published(ports, rules.publishHost, rules.freePort);
  return {
    ...rest,
    Image: image.name,
    ...(words.length > 0 && { Cmd: words }),
    Env: changedEnv(before.Env, env, image.env),
    ...(opened && { ExposedPorts: opened.ExposedPorts }),
    HostConfig: {
      ...before.HostConfig,
      PidsLimit: rules.processes,
      ...limits(params),
      ...(opened && { PortBindings: opened.PortBindings }),
      ...(restart && { RestartPolicy: { Name: restart } }),
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
