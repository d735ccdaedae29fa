import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { COMMAND, IMAGE, LABEL, LOG, type Engine } from './engine.ts';

const filters = { label: [LABEL] };
const [label = '', mark = ''] = LABEL.split('=');
const creation = {
  Image: IMAGE,
  Cmd: COMMAND,
  Labels: { [label]: mark },
  HostConfig: { LogConfig: { Type: LOG.driver, Config: LOG.options } },
};

/** The library that ours is built on. */
export function dockerode(): Engine {
  const docker = new Docker();
  return {
    async list() {
      await docker.listContainers({ all: true, filters });
    },
    create: async (name) => (await docker.createContainer({ name, ...creation })).id,
    async start(id) {
      await docker.getContainer(id).start();
    },
    async stop(id) {
      await docker.getContainer(id).stop({ t: 0 });
    },
    async remove(id) {
      await docker.getContainer(id).remove({ v: true });
    },
    async inspect(id) {
      await docker.getContainer(id).inspect();
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** The limit: HTTP on the engine's socket. */
export function rawHttp(): Engine {
  const list = `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return {
    async list() {
      JSON.parse(await ask('GET', list));
    },
    async create(name) {
      return (JSON.parse(await ask('POST', `/containers/create?name=${name}`, creation)) as { Id: string }).Id;
    },
    async start(id) {
      await ask('POST', `/containers/${id}/start`);
    },
    async stop(id) {
      await ask('POST', `/containers/${id}/stop?t=0`);
    },
    async remove(id) {
      await ask('DELETE', `/containers/${id}?v=1`);
    },
    async inspect(id) {
      JSON.parse(await ask('GET', `/containers/${id}/json`));
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** What people type. */
export function commandLine(): Engine {
  const docker = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('docker', args)).stdout.trim();
  const log = Object.entries(LOG.options).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]);
  const options = ['--label', LABEL, '--pull', 'never', '--log-driver', LOG.driver, ...log];
  return {
    async list() {
      await docker('ps', '--all', '--no-trunc', '--filter', `label=${LABEL}`);
    },
    create: (name) => docker('create', '--name', name, ...options, IMAGE, ...COMMAND),
    async start(id) {
      await docker('start', id);
    },
    async stop(id) {
      await docker('stop', '--time', '0', id);
    },
    async remove(id) {
      await docker('rm', '--volumes', id);
    },
    async inspect(id) {
      await docker('inspect', id);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Why no container can be made here, if none can. */
export async function missingImage(): Promise<string | undefined> {
  return ask('GET', `/images/${IMAGE}/json`).then(
    () => undefined,
    () => `no Docker engine answers that has ${IMAGE}. docker/engine.sh starts one, docker/test-image.sh makes it`,
  );
}

async function ask(method: string, path: string, body?: object): Promise<string> {
  const socketPath = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request({ socketPath, method, path, headers: { 'content-type': 'application/json' } }, (answer) => {
    const { statusCode = 0 } = answer;
    text(answer).then((said) => (statusCode < 400 ? resolve(said) : reject(new Error(said))), reject);
  });
  asked.on('error', reject).end(body && JSON.stringify(body));
  return promise;
}
