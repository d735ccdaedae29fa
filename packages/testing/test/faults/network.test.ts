import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { PersistentClient } from '@sextant/client/persistent';
import { ProtocolError } from '@sextant/protocol/errors';
import type { Faults } from '../../src/fault-lane.ts';
import { startFaultProxy } from '../../src/fault-proxy.ts';
import { printFigure, sized } from '../../src/figure.ts';
import { Random, seedOfRun } from '../../src/random.ts';
import { startRig } from '../../src/rig.ts';
import { createWorkshop, workshop } from '../workshop.ts';

const SCHEDULES = sized(50, 500);
const AT_ONCE = 10;
const REQUESTS = 8;

type Rig = Awaited<ReturnType<typeof startRig<typeof workshop>>>;

it('C19: whatever the network does, no answer is wrong and nothing happens twice', async () => {
  await using rig = await startRig(createWorkshop());
  const seed = seedOfRun();
  const seeds = Array.from({ length: SCHEDULES }, (_, at) => seed + at);
  for (let at = 0; at < SCHEDULES; at += AT_ONCE) {
    await Promise.all(seeds.slice(at, at + AT_ONCE).map((one) => schedule(rig, one)));
  }
  printFigure({
    figure: 'C19',
    what: `violations in ${SCHEDULES} schedules from seed ${seed}`,
    value: 0,
    unit: '',
    limit: 0,
  });
}, 600_000);

/** One client behind a network that changes under it, and what the service did in the end. */
async function schedule(rig: Rig, seed: number): Promise<void> {
  const random = new Random(seed);
  await using proxy = await startFaultProxy(rig.running, {}, seed);
  const auth = { type: 'token', token: rig.token } as const;
  const client = new PersistentClient((signal) =>
    connect(workshop, { host: proxy.host, port: proxy.port }, { client: 'test/1', auth, signal }),
  );
  const over = new AbortController();
  const weather = (async () => {
    while (!over.signal.aborted) {
      proxy.faults = { up: someFaults(random), down: someFaults(random) };
      await sleep(random.below(150));
      if (random.chance(0.3)) proxy.cut(random.pick(['reset', 'end']));
    }
  })();
  try {
    const requests = Array.from({ length: REQUESTS }, (_, at) => addOnce(rig, client, `${seed}-${at}`));
    await Promise.all(requests);
  } catch (cause) {
    throw new Error(`SEED=${seed} repeats this: ${String(cause)}`, { cause });
  } finally {
    over.abort();
    await weather;
    client.close();
  }
}

/** Its outcome is known, or may be either; it never happens twice. */
async function addOnce(rig: Rig, client: PersistentClient<typeof workshop>, to: string): Promise<void> {
  const outcome = await client
    .call('work.add', { to }, { signal: AbortSignal.timeout(30_000) })
    .catch((error: unknown) => {
      if (error instanceof ProtocolError || error instanceof DOMException) return undefined;
      throw error;
    });
  const { is } = await rig.client.call('work.add', { to });
  if (outcome) expect([to, outcome.is, is]).toEqual([to, 1, 2]);
  else expect([1, 2]).toContain(is);
}

/** Calm half of the time. What is cut is cut in the middle of something. */
function someFaults(random: Random): Faults {
  if (random.chance(0.5)) return {};
  return random.pick<Faults>([
    { delayMs: 30, jitterMs: 20 },
    { jitterMs: 100 },
    { bytesPerSecond: 8000 },
    { pieceBytes: 1 },
    { cutAfterBytes: random.below(3000), cutBy: 'reset' },
    { cutAfterBytes: random.below(3000), cutBy: 'end' },
  ]);
}
