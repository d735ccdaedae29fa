import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Client } from '@sextant/client/client';
import { connect } from '@sextant/client/connect';
import { pause } from '@sextant/client/pause';
import { containerService } from '@sextant/protocol/container';
import type { ProtocolError } from '@sextant/protocol/errors';
import { footprint } from '@sextant/testing/leaks';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnService } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';
import type { Containers } from '../app.ts';
import { describeWithPrivateEngine, PrivateEngine } from '../private-engine.ts';
import { IMAGE } from '../real-engine.ts';
import { Picture, textOfStates } from '../picture.ts';

/** How often the engine goes; half of them with live-restore. */
const TIMES = Number(process.env['SEXTANT_ENGINE_RESTARTS'] ?? 8);
const ENGINE_TIMEOUT_MS = 1000;
/** From the engine's first answer until all is known again. */
const EQUAL_MS = 2000;
/** Until a stream has noticed that its engine is gone. */
const NOTICED_MS = ENGINE_TIMEOUT_MS + 1000;
const OBEDIENT = 'trap "exit 0" TERM; ';
const PRINTER = 'i=0; while :; do i=$((i+1)); echo $i; echo $i >&2; sleep 0.01; done';
const MAIN = new URL('../../src/main.ts', import.meta.url);

type Asked = Client<Containers>;

describeWithPrivateEngine('an engine that is restarted', () => {
  it.each([
    ['whose containers end with it', [], ['SIGTERM', 'SIGKILL', 'SIGSTOP']],
    ['whose containers live on', ['--live-restore'], ['SIGTERM', 'SIGKILL', 'SIGSTOP']],
  ] as const)(
    '%s: what is listed and watched equals what it has, no stream hangs, no line is lost',
    async (what, flags, signals) => {
      await using engine = await PrivateEngine.start(...flags);
      await using home = await temporaryFolder();
      const wish = ['--engine', engine.url, '--engine-timeout-ms', `${ENGINE_TIMEOUT_MS}`];
      await using server = await spawnService(MAIN, home.path, ...wish);
      const auth = { type: 'token', token: (await readFile(join(home.path, 'token'), 'utf8')).trim() } as const;
      const client = await connect(containerService, server, { client: 'test/1', auth });
      await makeContainers(client);
      const picture = Picture.of(client);
      const reader = readOn(client, 'printer');
      await waitFor('all is known', () => isEqual(engine, client, picture));
      const before = await footprint(server.pid);
      const figures = { restartMs: [] as number[], equalMs: [] as number[] };
      for (let time = 0; time < Math.ceil(TIMES / 2); time += 1) {
        const signal = signals[time % signals.length] ?? 'SIGTERM';
        const streams = await openStreams(client);
        const began = performance.now();
        if (signal === 'SIGSTOP') engine.signal(signal);
        else await engine.end(signal);
        const restarted = signal === 'SIGSTOP' ? undefined : engine.start().then(() => performance.now());
        await streams.over();
        engine.signal('SIGCONT');
        const answered = (await restarted) ?? performance.now();
        figures.restartMs.push(answered - began);
        // Those that ended with it run again, and one has another name: all of it before anybody may be connected.
        await engine.docker('start', 'one-no', 'two-no');
        await engine.docker('rename', `idle-${time}`, `idle-${time + 1}`);
        await waitFor(`all is known after ${signal}`, () => isEqual(engine, client, picture), EQUAL_MS).catch(
          async (error: unknown) => {
            throw new Error(`after ${time} times: ${await states(engine)} is not ${picture.text()}`, {
              cause: error,
            });
          },
        );
        figures.equalMs.push(performance.now() - answered);
      }
      expect(server.child.exitCode).toBeNull();
      const text = await reader.end(() => engine.docker('kill', 'printer'));
      expect(text).toEqual(await textOf(engine, 'printer'));
      await picture.end();
      expect(picture.engineStates.length).toBeGreaterThan(0);
      expect(picture.engineStates).toEqual(picture.engineStates.map((_, at) => (at % 2 ? 'back' : 'lost')));
      const after = await footprint(server.pid);
      expect(after.fds).toBeLessThanOrEqual(before.fds);
      client.close();
      if (process.env['SEXTANT_ENGINE_RESTARTS'] !== undefined)
        process.stderr.write(`${what}: ${report(figures, before, after)}\n`);
    },
    120_000 + TIMES * 5000,
  );
});

async function makeContainers(client: Asked): Promise<void> {
  for (const restart of ['no', 'always'] as const) {
    for (const name of ['one', 'two']) {
      const params = { image: IMAGE, name: `${name}-${restart}`, restart, stdin: true };
      await client.call('container.create', {
        ...params,
        command: ['sh', '-c', `${OBEDIENT}while :; do sleep 0.1; done`],
      });
    }
  }
  await client.call('container.create', { image: IMAGE, name: 'idle-0', start: false });
  await client.call('container.create', {
    image: IMAGE,
    name: 'printer',
    restart: 'always',
    command: ['sh', '-c', OBEDIENT + PRINTER],
  });
}

/** What the engine has, as it says itself. */
async function states(engine: PrivateEngine): Promise<string> {
  const listed = await engine.get<{ Names: string[]; State: string }[]>('/containers/json?all=1');
  return textOfStates(listed.map(({ Names, State }) => ({ name: Names[0]?.slice(1) ?? '', state: State })));
}

async function isEqual(engine: PrivateEngine, client: Asked, picture: Picture): Promise<boolean> {
  const { items } = await client.call('container.list', { all: true, limit: 100 });
  const had = await states(engine);
  return textOfStates(items) === had && picture.text() === had;
}

/** Everything that lasts, on containers that run. `over` waits until all have noticed, and looks at what they say. */
async function openStreams(client: Asked): Promise<{ over(): Promise<void> }> {
  const target = 'one-always';
  await waitFor('it runs', async () => (await client.call('container.inspect', { target })).state === 'running');
  const exec = client.open('container.exec', { target, command: ['sleep', '1000'] });
  const attach = client.open('container.attach', { target });
  const stats = client.open('container.stats', { target });
  const logs = client.open('container.logs', { target, follow: true });
  const wait = client.open('container.wait', { target });
  const streams = { exec, attach, stats, logs, wait };
  for (const stream of [exec, attach, stats, logs]) drain(stream);
  const results = Object.entries(streams).map(([name, { result }]) => [name, settled(result)] as const);
  // So that each has reached the engine.
  await pause(200);
  return {
    async over() {
      for (const [name, result] of results) {
        const late = pause(NOTICED_MS).then(() => `nothing within ${NOTICED_MS} ms`);
        const what = await Promise.race([result, late]);
        if (!['ended', 'dependency_down', 'unavailable'].includes(what)) throw new Error(`${name}: ${what}`);
      }
    },
  };
}

function settled(result: Promise<unknown>): Promise<string> {
  return result.then(
    () => 'ended',
    ({ type, message }: ProtocolError) =>
      type === 'dependency_down' || type === 'unavailable' ? type : `${type}: ${message}`,
  );
}

function drain(stream: AsyncIterable<unknown>): void {
  void (async () => {
    const parts = stream[Symbol.asyncIterator]();
    while (!(await parts.next()).done);
  })().catch(() => {});
}

/** Reads a log on and on, from the last place each time. */
function readOn(client: Asked, target: string): { end(stop: () => Promise<unknown>): Promise<Log> } {
  const log: Log = { stdout: '', stderr: '' };
  let isStopped = false;
  const read = (async () => {
    for (let since: string | undefined, isOver = false; !isOver;) {
      isOver = isStopped;
      const unsure: Log = { stdout: '', stderr: '' };
      const keep = (): void => {
        for (const channel of ['stdout', 'stderr'] as const) {
          log[channel] += unsure[channel];
          unsure[channel] = '';
        }
      };
      try {
        const stream = client.open('container.logs', { target, follow: !isOver, since });
        for await (const { item, channel, body } of stream) {
          if (body && (channel === 'stdout' || channel === 'stderr')) unsure[channel] += Buffer.from(body).toString();
          if (!item || 'gap' in item) continue;
          ({ since } = item);
          keep();
        }
        ({ since = since } = await stream.result);
        keep();
      } catch {
        isOver = false;
      }
      await pause(50);
    }
  })();
  return {
    async end(stop) {
      await stop();
      isStopped = true;
      await read;
      return log;
    },
  };
}

interface Log {
  stdout: string;
  stderr: string;
}

/** A log as the engine's own client shows it. */
async function textOf(engine: PrivateEngine, name: string): Promise<Log> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile('docker', ['--host', engine.url, 'logs', name], { maxBuffer: 1e9 }, (error, stdout, stderr) =>
      error ? reject(error) : resolve({ stdout, stderr }),
    );
  });
}

function report(figures: Record<string, number[]>, before: object, after: object): string {
  const spread = Object.entries(figures).map(([name, all]) => {
    const sorted = all.toSorted((a, b) => a - b).map(Math.round);
    return `${name}: median ${sorted[Math.floor(sorted.length / 2)]}, most ${sorted.at(-1)}`;
  });
  return `${spread.join('; ')}; before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`;
}
