import type { Client } from '@sextant/client/client';
import { chatService } from '@sextant/protocol/chat';
import { containerService } from '@sextant/protocol/container';
import { fileService } from '@sextant/protocol/file';
import type { Service } from '@sextant/protocol/method';
import { processService } from '@sextant/protocol/process';
import { SERVICES } from '@sextant/protocol/services';
import { connectAs } from '../connect.ts';
import { addressOf } from '../service.ts';
import type { Asked, Source, Suggestion } from './source.ts';

/** Containers, in one of some states where only those make sense. */
export function containersThat(...states: readonly string[]): Source {
  return live(containerService, async (containers, { signal }) => {
    const { items } = await containers.call('container.list', { all: true, limit: MOST }, { signal });
    const meant = items.filter(({ state }) => states.length === 0 || states.includes(state));
    return meant.map(({ name, image, status }) => ({ value: name, about: `${image}, ${status}` }));
  });
}

export const anyContainer = containersThat();
export const runningContainers = containersThat('running');

/** Images that the engine has. */
export const images = live(containerService, async (containers, { signal }) => {
  const { items } = await containers.call('image.list', { limit: MOST }, { signal });
  return items.flatMap(({ names }) => names).map((value) => ({ value: value.replace(/:latest$/, '') }));
});

/** Files of the file-server, in the folder that is typed. */
export const remoteFiles = live(fileService, async (files, { typed, signal }) => {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const path = folder.replaceAll(/^\/+|\/+$/g, '');
  const { items } = await files.call('file.list', { path, limit: MOST }, { signal });
  return items.map(({ name, type }) => ({ value: `${folder}${name}${type === 'directory' ? '/' : ''}` }));
});

/** Programs that run: names where they are the only ones, pids otherwise. */
export const programs = programsThat({ running: true });

/** Those that have ended too. */
export const anyProgram = programsThat({ running: false });

export const rooms = live(chatService, async (chat, { signal }) => {
  const { items } = await chat.call('chat.rooms', {}, { signal });
  return items.map(({ room, members }) => ({ value: room, about: `${members} there` }));
});

export const services: Source = () => Promise.resolve(SERVICES.map(({ name }) => ({ value: name })));

export const methods: Source = () =>
  Promise.resolve(
    SERVICES.flatMap((service) => Object.entries(service.methods)).map(([value, { summary }]) => ({
      value,
      about: summary,
    })),
  );

export const localFiles: Source = () => Promise.resolve('files');

/** More than a screen holds are no help. */
const MOST = 500;

/** An id where neither name nor pid means this one alone. */
function programsThat(asked: { running: boolean }): Source {
  return live(processService, async (processes, { signal }) => {
    const { items } = await processes.call('process.list', { ...asked, scope: 'all', limit: MOST }, { signal });
    const named = Map.groupBy(items, ({ name }) => name);
    return items.map(({ id, name, pid, state }) => {
      if (named.get(name)?.length === 1) return { value: name, about: `${state}, pid ${pid}` };
      return { value: state === 'running' ? String(pid) : id, about: `${name}, ${state}` };
    });
  });
}

/** Names that a service knows now. */
function live<S extends Service>(
  service: S,
  ask: (client: Client<S>, asked: Asked) => Promise<readonly Suggestion[]>,
): Source {
  return async (asked) => {
    const client = await connectAs(service, addressOf(service, asked.options), asked.options, asked.signal);
    try {
      return await ask(client, asked);
    } finally {
      client.close();
    }
  };
}
