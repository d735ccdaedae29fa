import type { processService } from '@sextant/protocol/process';
import type { RunChange, RunEvent } from '@sextant/protocol/process-schemas';
import type { HandlerOf } from '@sextant/service/handler';
import type { Call } from '@sextant/service/session/call';
import type { Principal } from '@sextant/service/session/caller';
import { tellChanges } from '@sextant/service/tell-changes';
import { mayTouch } from '../run/access.ts';
import type { Runs } from '../run/runs.ts';

/** Programs that fit a line together. */
const PART = 50;

export function events(runs: Runs): HandlerOf<typeof processService, 'process.events'> {
  return ({ since }, call) =>
    tellChanges(runs.changes, call, since, {
      all: (gone) => tellAll(runs, call, gone),
      change: (change) => call.send(toldTo(call.caller.principal, change)),
    });
}

type Numbered = RunChange & { seq: number };

/** What a program printed is only for those who may touch it. */
function toldTo(caller: Principal, change: Numbered): Numbered {
  const { log, ...rest } = change;
  return log && !mayTouch(caller, { id: change.run.id, facts: { name: change.run.name, owner: change.owner } })
    ? rest
    : change;
}

/** A snapshot, in parts that fit a line; only the last has a number, since nobody can go on in the middle. */
async function tellAll(runs: Runs, call: Call<RunEvent>, since: number | undefined): Promise<number> {
  const { seq } = runs.changes;
  const all = runs.list().map((run) => run.describe());
  if (since !== undefined && since < seq) await call.send({ gap: { from: since + 1, to: seq - 1 } });
  for (let part = 1; ; part += 1) {
    const more = all.length > part * PART;
    await call.send({
      type: 'snapshot',
      part,
      more,
      runs: all.slice((part - 1) * PART, part * PART),
      ...(!more && { seq }),
    });
    if (!more) return seq;
  }
}
