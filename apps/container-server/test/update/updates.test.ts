import { expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { containerService } from '@sextant/protocol/container';
import { openLocalToken } from '@sextant/service/identity/local-token';
import { temporaryFolder } from '@sextant/testing/rig';
import { spawnServiceWith } from '@sextant/testing/spawn';
import { waitFor } from '@sextant/testing/wait';
import { rigAt } from '../app.ts';
import { person } from '../person.ts';
import { describeWithEngine, docker, ENGINE, engineRig, IMAGE, OBEDIENT } from '../real-engine.ts';
import { dialEngine, serveSocket, socketPath } from '../socket.ts';
import { containersOf, startUpdate } from '../updating.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);

/** What the engine is asked for in an update, in this order. */
const REQUESTS = {
  create: /^POST \S*\/containers\/create\?/,
  'rename old': /^POST \S*\/rename\?name=\S*-old-/,
  'rename new': /^POST \S*\/rename\?name=(?!\S*-(?:old|new)-)/,
  stop: /^POST \S*\/stop\?t=10/,
  start: /^POST \S*\/start/,
  look: /^GET \S*\/containers\/[0-9a-f]{64}\/json/,
  remove: /^DELETE \S*\/containers\//,
};
type Step = keyof typeof REQUESTS;
const STEPS = Object.keys(REQUESTS) as Step[];
const CASES = STEPS.flatMap((step) => [true, false].map((isHeard) => ({ step, isHeard })));

/**
 * A way to the engine on which something happens at a step: the request is heard and its answer lost, or not even heard.
 * What follows until `heal` finds no engine.
 */
async function faultyEngine(step: Step, isHeard: boolean, happens: () => void) {
  const at = await socketPath();
  let [hasStarted, isArmed, isDown] = [false, true, false];
  const server = await serveSocket(at, (socket) => {
    const engine = dialEngine().on('error', () => {});
    if (isDown) socket.destroy();
    socket.on('close', () => engine.destroy());
    engine.on('close', () => socket.destroy()).pipe(socket);
    socket.on('data', (chunk: Buffer) => {
      const line = chunk.subarray(0, 1000).toString('latin1');
      // Containers are looked at all the time; the one that was started, after that.
      const isMeant = isArmed && REQUESTS[step].test(line) && (step !== 'look' || hasStarted);
      hasStarted ||= REQUESTS.start.test(line);
      if (!isMeant || isHeard) engine.write(chunk);
      if (!isMeant) return;
      engine.unpipe();
      engine.resume();
      isArmed = false;
      isDown = true;
      happens();
      if (isHeard) engine.once('data', cut);
      else cut();
    });
  });
  const cut = (): void => server.connections.forEach((socket) => socket.destroy());
  return {
    url: at.url,
    happened: () => !isArmed,
    heal: () => (isDown = false),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

/** Runs a container that says it was to replace another, whose other labels it has unless more is said. */
async function broken(name: string, replaces: string, mark: object, labels: Record<string, string> = {}) {
  const update = JSON.stringify({ replaces, ran: true, by: 'another', until: 0, ...mark });
  const template = '{{json .Config.Labels}}';
  const own = JSON.parse(await docker('inspect', '--format', template, replaces)) as Record<string, string>;
  const all = Object.entries({ ...own, 'sextant.update': update, ...labels });
  const flags = all.flatMap(([label, value]) => ['--label', `${label}=${value}`]);
  return docker('run', '--detach', '--name', name, ...flags, IMAGE, ...OBEDIENT);
}

function isOnly(name: string, isWhich: (id: string) => boolean = () => true): () => Promise<boolean> {
  return async () => {
    const [found, ...others] = await containersOf(name);
    return others.length === 0 && found?.name === name && found.state === 'running' && isWhich(found.id);
  };
}

describeWithEngine('an update', () => {
  it('that loses the engine at any step leaves one container that runs', async () => {
    await using own = await engineRig();
    await Promise.all(
      CASES.map(async ({ step, isHeard }) => {
        const what = `${step}, ${isHeard ? 'heard' : 'not heard'}`;
        const name = own.name();
        const { id } = await own.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
        await using engine = await faultyEngine(step, isHeard, () => {});
        await using rig = await rigAt(engine.url);
        const update = startUpdate(rig.client, { target: name, env: { A: '1' } });
        await expect(update.result).rejects.toMatchObject({ type: 'dependency_down' });
        expect(`${what}: ${engine.happened()}`).toBe(`${what}: true`);
        engine.heal();
        // The removal decides: what the engine has heard of it is done.
        const isDone = step === 'remove' && isHeard;
        await waitFor(
          what,
          isOnly(name, (left) => (left !== id) === isDone),
          15_000,
        );
      }),
    );
  });

  it('that ends with its service is undone by the next one', async () => {
    await using own = await engineRig();
    const left = await Promise.all(
      STEPS.map(async (step) => {
        const name = own.name();
        await own.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
        const home = await temporaryFolder();
        const token = await openLocalToken(home.path);
        let kill = (): void => {};
        await using engine = await faultyEngine(step, true, () => kill());
        await using server = await spawnServiceWith(MAIN, home.path, { flags: ['--engine', engine.url] });
        kill = () => server.child.kill('SIGKILL');
        const client = await connect(containerService, server, { client: 'test/1', auth: { type: 'token', token } });
        const update = startUpdate(client, { target: name, env: { A: '1' } });
        await expect(update.result).rejects.toThrow();
        await waitFor('the service is gone', () => server.child.signalCode === 'SIGKILL');
        client.close();
        return { name, home };
      }),
    );
    await Promise.all(
      left.map(async ({ name, home }) => {
        await using next = await spawnServiceWith(MAIN, home.path, { flags: ['--engine', ENGINE] });
        await waitFor(`${name} runs`, isOnly(name), 20_000);
        expect(next.child.exitCode).toBeNull();
        await home[Symbol.asyncDispose]();
      }),
    );
  });

  it('that a service broke off which is gone is undone when its time is over, and not before', async () => {
    await using own = await engineRig();
    const name = own.name();
    const { id } = await own.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    // As it looks after an end in the middle.
    await docker('rename', name, `${name}-old-${id.slice(0, 8)}`);
    await docker('stop', id);
    const make = (until: number) => broken(name, id, { until });
    const look = () => startUpdate(own.client, { target: id, dryRun: true }).result;
    await make(Date.now() + 60_000);
    expect(await look()).toMatchObject({ id, state: 'exited' });
    await docker('rm', '--force', name);
    await make(Date.now() - 1);
    expect(await look()).toMatchObject({ id, name, state: 'running' });
    expect(await containersOf(name)).toEqual([{ name, state: 'running', id }]);
  });

  it("is nothing that an image can pretend: its labels give nobody what is somebody else's", async () => {
    await using rig = await engineRig();
    using ann = await person(rig, 'ann', 'container:*');
    using bob = await person(rig, 'bob', 'container:create', 'container:read', 'container:manage');
    const hers = await ann.client.call('container.create', { image: IMAGE, name: rig.name() });
    const name = rig.name();
    const his = await broken(name, hers.id, {}, { 'sextant.owner': 'bob', 'sextant.key': 'x' });
    const look = startUpdate(bob.client, { target: his, dryRun: true });
    expect(await look.result).toMatchObject({ id: his, state: 'running' });
    await expect(bob.client.call('container.stop', { target: hers.id })).rejects.toMatchObject({ type: 'forbidden' });
    expect(await containersOf(name)).toEqual([{ name, state: 'running', id: his }]);
  });

  it('whose name is taken goes on as soon as it is free, and is nothing to others', async () => {
    await using rig = await engineRig();
    const [name, other] = [rig.name(), rig.name()];
    const { id } = await rig.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    const mine = await rig.client.call('container.create', { image: IMAGE, name: other, start: false });
    const [aside, fresh] = ['old', 'new'].map((which) => `${name}-${which}-${id.slice(0, 8)}`);
    await docker('rename', name, aside ?? '');
    await docker('stop', id);
    await broken(fresh ?? '', id, {});
    await docker('create', '--name', name, IMAGE);
    await expect(startUpdate(rig.client, { target: id, dryRun: true }).result).rejects.toMatchObject({
      type: 'exists',
      message: expect.stringContaining(`it is called ${aside} until that one is gone or renamed`),
    });
    const startedAt = () => docker('inspect', '--format', '{{.State.Running}} {{.State.StartedAt}}', id);
    const started = await startedAt();
    expect(started).toMatch(/^true /);
    expect(await startUpdate(rig.client, { target: mine.id, dryRun: true }).result).toMatchObject({ id: mine.id });
    await docker('rm', name);
    await waitFor('it has its name', isOnly(name), 10_000);
    expect(await startedAt()).toBe(started);
  });

  it('that its service has to leave is undone before that ends', async () => {
    await using own = await engineRig();
    await using home = await temporaryFolder();
    const name = own.name();
    const { id } = await own.client.call('container.create', { image: IMAGE, name, command: OBEDIENT });
    const token = await openLocalToken(home.path);
    await using server = await spawnServiceWith(MAIN, home.path, { flags: ['--engine', ENGINE] });
    const client = await connect(containerService, server, { client: 'test/1', auth: { type: 'token', token } });
    const update = startUpdate(client, { target: name, env: { A: '1' } });
    await waitFor('it stops', () => update.steps().includes('stop'));
    server.child.kill('SIGINT');
    await expect(update.result).rejects.toThrow();
    await waitFor('the service is gone', () => server.child.exitCode === 0);
    expect(await containersOf(name)).toEqual([{ name, state: 'running', id }]);
    client.close();
  });
});
