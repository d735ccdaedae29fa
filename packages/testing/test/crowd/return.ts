import { connect } from '@sextant/client/connect';
import { reconnecting } from '@sextant/client/reconnect';
import { crowdOptions, report } from '../../src/crowd.ts';
import { workshop } from '../workshop.ts';

/** Subscribers that come back whenever they are dropped. Reports when all of them hear something for the first time. */
const { host, port, count } = crowdOptions() as { host: string; port: number; count: number };

/** The instance of the service that each one hears. */
const hears = new Map<number, string>();
let waitingFor = '';

process.on('message', (instance: string) => {
  waitingFor = instance;
  tellOnce();
});
for (let subscriber = 0; subscriber < count; subscriber += 1) void subscribe(subscriber);
report({});

async function subscribe(subscriber: number): Promise<void> {
  await reconnecting(
    () => connect(workshop, { host, port }, { client: 'return/1' }),
    async (client) => {
      const ticks = client.open('work.tick', { everyMs: 5000 });
      for await (const { item } of ticks) {
        if (!item) continue;
        hears.set(subscriber, client.hello.instance);
        tellOnce();
      }
      await ticks.result;
    },
  );
}

function tellOnce(): void {
  if (waitingFor === '' || hears.size < count) return;
  // `*` is any instance: the first one is not known yet.
  if (waitingFor !== '*' && [...hears.values()].some((instance) => instance !== waitingFor)) return;
  waitingFor = '';
  report({ back: hears.size });
}
