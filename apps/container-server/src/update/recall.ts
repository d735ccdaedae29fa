import { HOST_MEMBERS, type Creation } from '../container/creation.ts';
import { isOwnLabel } from '../container/labels.ts';
import type { Inspected } from '../engine/look.ts';
import type { ImageDetails } from '../image/image.ts';

/** What a container was created from: without what it has from its image. */
export function recall({ Config, HostConfig }: Inspected, image: ImageDetails | undefined): Creation {
  const { Env, Cmd, Labels } = image?.Config ?? {};
  const host = Object.entries(HostConfig).filter(([name]) => HOST_MEMBERS.includes(name));
  return {
    Image: Config.Image,
    ...(Config.Cmd && !isSame(Config.Cmd, Cmd) && { Cmd: Config.Cmd }),
    Env: (Config.Env ?? []).filter((variable) => !Env?.includes(variable)),
    Labels: Object.fromEntries(
      // An image that was made from a container has its labels.
      Object.entries(Config.Labels).filter(([name, value]) => isOwnLabel(name) || Labels?.[name] !== value),
    ),
    ExposedPorts: Object.fromEntries(Object.keys(HostConfig.PortBindings ?? {}).map((port) => [port, {}])),
    Tty: Config.Tty,
    OpenStdin: Config.OpenStdin,
    HostConfig: Object.fromEntries(host) as unknown as Creation['HostConfig'],
  };
}

function isSame(words: readonly string[], others: readonly string[] | null | undefined): boolean {
  return JSON.stringify(words) === JSON.stringify(others ?? []);
}
