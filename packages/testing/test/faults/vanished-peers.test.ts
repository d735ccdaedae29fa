import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { readLocalToken } from '@sextant/service/identity/local-token';
import { requestLine } from '../../src/exchange.ts';
import { startFaultProxy } from '../../src/fault-proxy.ts';
import { holdFigure, printFigure, SOAK, sized } from '../../src/figure.ts';
import { backAtBase, childrenOf, footprint, type Footprint } from '../../src/leaks.ts';
import { openNamespace } from '../../src/namespace.ts';
import { openRawSocket } from '../../src/raw-socket.ts';
import { temporaryFolder } from '../../src/rig.ts';
import { spawnService } from '../../src/spawn.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingNamespaces } from '../../src/missing.ts';
import { startCrowd } from '../../src/crowd.ts';
import { waitFor } from '../../src/wait.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

const HELLO = '{"jsonrpc":"2.0","id":1,"method":"rpc.hello","params":{"protocol":1,"client":"x","heartbeat":1000}}\n';
const WAIT = '{"jsonrpc":"2.0","id":2,"method":"work.tick","params":{"everyMs":600000}}\n';

describe('C2: a peer that vanished without a word', () => {
  it('is given up after three heartbeats', async () => {
    await using workshop = await spawnWorkshop();
    const base = await footprint(workshop.pid);
    await using proxy = await startFaultProxy(workshop);
    using raw = await openRawSocket(proxy);
    raw.write(HELLO);
    expect(await raw.next()).toMatchObject({ id: 1, result: { heartbeat: 1000 } });
    raw.write(WAIT);
    const started = performance.now();
    proxy.blackHole();
    await backAtBase(workshop.pid, base, 10_000);
    const value = performance.now() - started;
    holdFigure({ figure: 'C2', what: 'a silent heartbeat client, gone', value, unit: 'ms', limit: 5000 });
  });
});

describeUnless(await missingNamespaces())('C2: a peer whose network vanished', () => {
  it.each([
    // Keep-alive takes its minute.
    ...(SOAK ? [['that waits for an answer', WAIT, 60_000] as const] : []),
    ['that had asked for a heartbeat', HELLO, 5000] as const,
  ])(
    '%s is found out and given up',
    async (_name, says, limit) => {
      await using network = await openNamespace();
      await using workshop = await spawnWorkshop({ under: network.under });
      const base = await footprint(workshop.pid);
      const script = new URL('../crowd/hold.ts', import.meta.url);
      const options = { host: '127.0.0.1', port: workshop.port, count: 20, says, reads: true };
      await using crowd = await startCrowd<{ open: number }>(script, options, network.under);
      expect(await crowd.tell('count')).toMatchObject({ open: 20 });
      const started = performance.now();
      await network.run('iptables', '-A', 'INPUT', '-p', 'tcp', '-j', 'DROP');
      await backAtBase(workshop.pid, base, limit + 5000);
      const value = performance.now() - started;
      holdFigure({ figure: 'C2', what: `clients whose network vanished, gone`, value, unit: 'ms', limit });
    },
    90_000,
  );
});

/** The programs of a process-server: the children of the launcher that it starts them from. */
async function programsOf(service: number): Promise<number[]> {
  const launcher = await launcherBelow(service);
  return launcher === undefined ? [] : childrenOf(launcher);
}

/** Where it has a namespace of its own, what made that is between the two. */
async function launcherBelow(pid: number): Promise<number | undefined> {
  const [child] = await childrenOf(pid);
  if (child === undefined) return undefined;
  const [program, ...words] = (await readFile(`/proc/${child}/cmdline`, 'utf8')).split('\0');
  const isLauncher = program === process.execPath && words.some((word) => word.endsWith('/launcher.ts'));
  return isLauncher ? child : launcherBelow(child);
}

describe('C3: clients killed in the middle of a request', () => {
  const KILLS = sized(10, 100);
  const EACH = 10;

  it('leave no request and no descriptor behind', async () => {
    await using workshop = await spawnWorkshop();
    const client = await workshop.client();
    await client.call('work.figures', {});
    const base = await footprint(workshop.pid);
    const says = '{"jsonrpc":"2.0","id":1,"method":"work.wait","params":{"ms":600000},"timeout":600000}\n';
    for (let kill = 0; kill < KILLS; kill += 1) {
      const crowd = await gather('hold', workshop, { count: EACH, says, reads: true });
      expect(await client.call('work.figures', {})).toMatchObject({ mostLive: EACH });
      await crowd.kill();
      await backAtBase(workshop.pid, base);
    }
    expect(await client.call('work.figures', {})).toMatchObject({ live: 0 });
    printFigure({
      figure: 'C3',
      what: `requests left by ${KILLS * EACH} killed clients`,
      value: 0,
      unit: '',
      limit: 0,
    });
  }, 120_000);

  it('take the programs with them that they ran', async () => {
    await using home = await temporaryFolder();
    const main = new URL('../../../../apps/process-server/src/main.ts', import.meta.url);
    await using service = await spawnService(main, home.path);
    const auth = { type: 'token', token: readLocalToken(home.path) };
    const says = requestLine(1, 'rpc.hello', { protocol: 1, client: 'test/1', auth });
    const next = requestLine(2, 'process.run', { program: 'sh', args: ['-c', 'sleep 600 & sleep 600'] });
    // The first program opens what stays open, such as the audit log.
    let base: Footprint | undefined;
    for (let kill = 0; kill < sized(3, 20); kill += 1) {
      const crowd = await gather('hold', service, { count: EACH, says, next, reads: true });
      await waitFor('the programs', async () => (await programsOf(service.pid)).length >= EACH);
      await crowd.kill();
      await waitFor('their end', async () => (await programsOf(service.pid)).length === 0, 15_000);
      base ??= await footprint(service.pid);
      await backAtBase(service.pid, base);
    }
  }, 120_000);
});
