import { describe, expect, it } from '@jest/globals';
import { connect } from '@sextant/client/connect';
import { readLocalToken } from '@sextant/service/identity/local-token';
import { startCrowd } from '../../src/crowd.ts';
import { holdFigure, printFigure } from '../../src/figure.ts';
import { openNamespace } from '../../src/namespace.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingNamespaces } from '../../src/missing.ts';
import { spawnEverywhere } from '../everywhere.ts';
import { workshop } from '../workshop.ts';
import { gather, spawnWorkshop } from '../workshop-process.ts';

interface Guesses {
  unauthenticated: number;
  rate_limited: number;
  /** The longest that anybody was told to wait. */
  retryAfterMs: number;
}

const GUESSED_MS = 3000;

describe('C24: whoever guesses tokens', () => {
  it('on this machine hears of few, and keeps nobody out', async () => {
    await using service = await spawnWorkshop();
    const token = readLocalToken(service.home) ?? '';
    await using crowd = await gather<Guesses>('guess', service, { ms: GUESSED_MS, count: 50, tls: false });
    const told = crowd.tell('begin');
    const started = performance.now();
    const client = await connect(workshop, service, { client: 'owner/1', auth: { type: 'token', token } });
    const value = performance.now() - started;
    expect(client.hello.principal).toBe('local');
    client.close();
    const { unauthenticated } = await told;
    const figure = 'C24';
    const rate = unauthenticated / (GUESSED_MS / 1000);
    holdFigure({ figure, what: 'guesses on loopback', value: rate, unit: '/s', limit: 9 });
    printFigure({ figure, what: 'the owner was let in meanwhile after', value, unit: 'ms', limit: 2000 });
    expect(value).toBeLessThan(2000);
  }, 60_000);
});

describeUnless(await missingNamespaces())('C24: whoever guesses tokens from elsewhere', () => {
  it('is not listened to for longer and longer; others are', async () => {
    await using network = await openNamespace();
    const [attacker = '', owner = ''] = network.peers;
    await using service = await spawnEverywhere({
      under: network.under,
      hosts: [network.host],
      flags: ['--host', network.host],
    });
    const at = { host: network.host, port: service.port, ca: service.at.ca, tls: true };
    const script = new URL('../crowd/guess.ts', import.meta.url);
    const begin = (from: string, token: string | undefined, ms: number) =>
      startCrowd<Guesses & { accepted: number }>(script, { ...at, from, token, ms, count: 5 }, network.under);
    await using crowd = await begin(attacker, undefined, 6500);
    const told = crowd.tell('begin');
    await using other = await begin(owner, readLocalToken(service.home), 500);
    const started = performance.now();
    expect(await other.tell('begin')).toMatchObject({ accepted: expect.any(Number) });
    expect(performance.now() - started).toBeLessThan(3000);
    const { unauthenticated, rate_limited, retryAfterMs } = await told;
    const figure = 'C24';
    // 0 s, 5 s: the third would be at 15 s.
    holdFigure({ figure, what: 'guesses looked at in 6.5 s', value: unauthenticated, unit: '', limit: 3 });
    printFigure({ figure, what: 'guesses not looked at', value: rate_limited, unit: '' });
    expect(retryAfterMs).toBeGreaterThan(5000);
  }, 60_000);
});
