import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, nat, oneof, string } from 'fast-check';
import { exchange, requestLine } from '../../src/exchange.ts';
import { seedOfRun } from '../../src/random.ts';
import { openRawSocket } from '../../src/raw-socket.ts';
import { startRig } from '../../src/rig.ts';
import { createWorkshop } from '../workshop.ts';

describe('C12: ids', () => {
  const ids = array(oneof(nat({ max: 20 }), nat({ max: 20 }).map(String), string({ minLength: 1, maxLength: 64 })), {
    minLength: 1,
    maxLength: 30,
  });

  it('that are in use are refused, and never mix up what is answered', async () => {
    await using rig = await startRig(createWorkshop());
    const check = asyncProperty(ids, async (list) => {
      const unique = [...new Set(list)];
      using raw = await openRawSocket(rig.running);
      for (const id of unique) raw.write(requestLine(id, 'work.wait', { ms: 60_000 }));
      for (const id of list) raw.write(requestLine(id, 'work.echo', { text: 'second' }));
      for (const id of list) {
        expect(await raw.next()).toMatchObject({ id, error: { data: { type: 'duplicate_id' } } });
      }
      for (const id of unique)
        raw.write(`{"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":${JSON.stringify(id)}}}\n`);
      for (const id of unique) expect(await raw.next()).toMatchObject({ id, error: { data: { type: 'cancelled' } } });
      // A replayed one is one like any other.
      for (const id of unique) raw.write(requestLine(id, 'work.echo', { text: JSON.stringify(id) }));
      for (const id of unique) expect(await raw.next()).toMatchObject({ id, result: { text: JSON.stringify(id) } });
    });
    await assert(check, { seed: seedOfRun(), numRuns: 100 });
  }, 60_000);

  it.each(['null', '-1', '0.5', '9007199254740993', 'true', '[]', '{}', '""', `"${'x'.repeat(65)}"`, '1e400'])(
    'cannot be %s',
    async (id) => {
      await using rig = await startRig(createWorkshop());
      const lines = await exchange(
        rig.running,
        `{"jsonrpc":"2.0","id":${id},"method":"rpc.ping"}\n${requestLine(1, 'rpc.ping')}`,
      );
      expect(lines).toMatchObject([
        { id: null, error: { data: { type: 'invalid_request' } } },
        { id: 1, result: {} },
      ]);
    },
  );
});
