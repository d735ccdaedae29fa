import type { containerService } from '@sextant/protocol/container';
import type { HandlerOf } from '@sextant/service/handler';
import type { Parts } from '../parts.ts';

export function info({ engine }: Parts): HandlerOf<typeof containerService, 'engine.info'> {
  return async () => {
    const { info, version } = await engine.info();
    return {
      name: info.Name,
      version: version.Version,
      apiVersion: version.ApiVersion,
      containers: info.Containers,
      running: info.ContainersRunning,
      images: info.Images,
    };
  };
}
