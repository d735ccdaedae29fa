import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { LIMITS as USUAL } from '@sextant/protocol/limits';
import { printFigure, SOAK, sized } from '../../src/figure.ts';
import { backAtBase, footprint } from '../../src/leaks.ts';
import { spawnEverywhere } from '../everywhere.ts';
import { gather } from '../workshop-process.ts';

/** Of each of eight kinds. */
const EACH = sized(25, 250);
const LATE_MS = 5000;

/** The usual ones take half a minute. */
const LIMITS = SOAK ? USUAL : { firstLineMs: 8000, handshakeMs: 4000, headerMs: 4000 };
const FLAG = Object.entries(SOAK ? {} : LIMITS).map(([name, ms]) => `${name}=${ms}`);

/** When each kind must be gone. */
const DEADLINES: Readonly<Record<string, number>> = {
  silence: LIMITS.firstLineMs,
  line: LIMITS.firstLineMs,
  blanks: LIMITS.firstLineMs,
  tls: LIMITS.handshakeMs,
  header: LIMITS.headerMs,
  post: LIMITS.headerMs,
  upgrade: LIMITS.headerMs,
  fragments: LIMITS.firstLineMs,
};

it('C15: whoever opens slowly, on whatever layer, is gone at its deadline, and nobody else notices', async () => {
  await using everywhere = await spawnEverywhere({ flags: FLAG.length > 0 ? ['--limits', FLAG.join()] : [] });
  await using probe = await gather<{ p99: number; lost: number }>('probe', everywhere, { everyMs: 10 });
  await sleep(500);
  const base = await footprint(everywhere.pid);
  await using crowd = await gather<Record<string, number>>('drip', everywhere, { count: EACH, everyMs: 250 });
  await probe.tell('read');
  const gone = await crowd.tell('begin');
  const { p99, lost } = await probe.tell('read');
  for (const [kind, deadline] of Object.entries(DEADLINES)) {
    const value = gone[kind] ?? Number.NaN;
    printFigure({ figure: 'C15', what: `${EACH} ${kind}, gone`, value, unit: 'ms', limit: deadline + LATE_MS });
    // A WebSocket is closed by a handshake, which has all of that time.
    expect(value).toBeLessThan(deadline + LATE_MS + 1000);
  }
  printFigure({ figure: 'C15', what: "a normal client's p99 beside them", value: p99, unit: 'ms', limit: 50 });
  expect([p99 < 500, lost]).toEqual([true, 0]);
  await backAtBase(everywhere.pid, base);
}, 90_000);
