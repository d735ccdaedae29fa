import type { processService } from '@sextant/protocol/process';
import type { Handlers } from '@sextant/service/handler';
import { add } from './handlers/add.ts';
import { adopt } from './handlers/adopt.ts';
import { attach } from './handlers/attach.ts';
import { close } from './handlers/close.ts';
import { div } from './handlers/div.ts';
import { events } from './handlers/events.ts';
import { list } from './handlers/list.ts';
import { logs } from './handlers/logs.ts';
import { mult } from './handlers/mult.ts';
import { run } from './handlers/run.ts';
import { signal } from './handlers/signal.ts';
import { start } from './handlers/start.ts';
import { sub } from './handlers/sub.ts';
import { wait } from './handlers/wait.ts';
import type { Runs } from './run/runs.ts';

export function handlers(runs: Runs): Handlers<typeof processService> {
  return {
    'process.run': run(runs),
    'process.start': start(runs),
    'process.attach': attach(runs),
    'process.logs': logs(runs),
    'process.signal': signal(runs),
    'process.wait': wait(runs),
    'process.adopt': adopt(runs),
    'process.events': events(runs),
    'process.close': close(runs),
    'process.list': list(runs),
    'calc.add': add,
    'calc.sub': sub,
    'calc.mult': mult,
    'calc.div': div,
  };
}
