import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@sextant/testing/figure';
import { paced, type Pace, type Reading, type Readings } from '../area.ts';
import { costing } from '../load/cost.ts';
import type { Program } from '../programs/program.ts';
import { Crowd, type Round } from './crowd.ts';
import type { Dialect } from './dialect.ts';
import { Flood } from './flood.ts';
import { textNow } from './text.ts';

/** Members of a room, how they are written, and messages a second that every contender carries among so many. */
const CROWDS = [
  { members: 100, name: '100', rate: 200 },
  { members: 1000, name: '1,000', rate: 20 },
] as const;

/** Members that a test at a small pace has: some must only listen. */
const FEWEST = 20;

/** Part of what was sent that may be missing: what it comes to is measured, and numbers grow longer. */
const TOLERANCE = 0.01;

/** All that is measured of a chat; `start` starts the server anew for each crowd. */
export async function measureChat(start: () => Promise<Program>, dialect: Dialect, pace: Pace): Promise<Readings> {
  const readings: Record<string, Reading> = {};
  for (const { members, name, rate } of CROWDS) {
    await using server = await start();
    using crowd = await Crowd.in(server.port, dialect, Math.max(FEWEST, paced(members, pace)));
    readings[`${name} members`] = await deliveriesPerSecond(server, crowd, pace.ms);
    const took = await latencies(server, crowd, rate, pace.ms);
    readings[`p50 of ${name}`] = took(0.5);
    readings[`p99 of ${name}`] = took(0.99);
  }
  return readings;
}

/** With senders that send as fast as everybody hears. */
async function deliveriesPerSecond(server: Program, crowd: Crowd, ms: number): Promise<Reading> {
  const flood = new Flood(crowd);
  flood.begin();
  await sleep(ms / 4);
  await flood.end();
  // Numbers have grown longer meanwhile.
  const round = await crowd.learn();
  const measured = new Flood(crowd);
  const before = crowd.received;
  measured.begin();
  const reading = await costing(server.pid, async () => {
    const began = performance.now();
    await sleep(ms);
    return (deliveriesOf(crowd.received - before, round) * 1000) / (performance.now() - began);
  });
  await measured.end();
  const share = (crowd.received - before) / ((measured.sent / crowd.senders.length) * round.bytes);
  if (Math.abs(share - 1) > TOLERANCE) throw new Error(`${(share * 100).toFixed(1)} % of what was sent was delivered`);
  return reading;
}

function deliveriesOf(bytes: number, round: Round): number {
  return (bytes / round.bytes) * round.deliveries;
}

/** Milliseconds from sending to hearing, at a rate that everybody carries; by their quantile. */
async function latencies(server: Program, crowd: Crowd, rate: number, ms: number): Promise<(share: number) => Reading> {
  const round = await crowd.learn();
  const took: number[] = [];
  crowd.listen((one) => took.push(one));
  const messages = Math.max(5, Math.round((rate * ms) / 1000));
  const { serverCpu, loadCpu } = await costing(server.pid, async () => {
    const began = performance.now();
    for (let sent = 0; sent < messages; sent += 1) {
      await sleep(Math.max(0, began + (sent * 1000) / rate - performance.now()));
      crowd.senders[sent % crowd.senders.length]?.send(crowd.dialect.message(textNow(), 1000 + (sent % 1000)));
    }
    return 0;
  });
  await crowd.quiet();
  const due = (messages * round.deliveries) / crowd.senders.length;
  if (took.length !== due) throw new Error(`${took.length} of ${due} messages were delivered`);
  return (share) => ({ value: quantile(took, share), serverCpu, loadCpu });
}
