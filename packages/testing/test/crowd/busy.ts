import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@sextant/client/connect';
import { ProtocolError } from '@sextant/protocol/errors';
import { crowdOptions, report } from '../../src/crowd.ts';
import { workshop } from '../workshop.ts';

/** Clients that ask one thing after the other until they are refused. Reports what became of every request at the end. */
const { host, port, count, ms } = crowdOptions() as {
  host: string;
  port: number;
  count: number;
  /** How long each request takes. */
  ms: number;
};

const outcomes: Record<string, number> = {};

const clients = await Promise.all(
  Array.from({ length: count }, () => connect(workshop, { host, port }, { client: 'busy/1' })),
);
const working = clients.map(async (client) => {
  // Not all in step.
  await sleep(Math.random() * ms);
  for (let retry = 'none'; retry === 'none';) {
    retry = await client.call('work.wait', { ms }).then(
      () => 'none',
      (error: unknown) => (error instanceof ProtocolError ? error.retry : 'no error of ours'),
    );
    outcomes[retry] = (outcomes[retry] ?? 0) + 1;
  }
});
report({});
await Promise.all(working);
report(outcomes);
for (const client of clients) client.close();
