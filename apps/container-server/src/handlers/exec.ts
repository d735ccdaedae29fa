import type { containerService } from '@sextant/protocol/container';
import type { TerminalSize } from '@sextant/protocol/values';
import { isErrorType } from '@sextant/protocol/errors';
import type { HandlerOf } from '@sextant/service/handler';
import { converse } from '../exec/converse.ts';
import { Exec } from '../exec/exec.ts';
import { ExecRefusal } from '../exec/refusal.ts';
import { needsRunning } from '../container/running.ts';
import type { Parts } from '../parts.ts';

/** The end of input, as it is typed: a terminal itself has none. Within a line the first only hands over what there is of it. */
const CTRL_D = '\x04';

export function exec({ engine, containers, log }: Parts): HandlerOf<typeof containerService, 'container.exec'> {
  return async (params, call) => {
    const exec = await containers.look(params.target, call, async (id) => {
      try {
        return await Exec.prepare(engine, id, params);
      } catch (error) {
        if (isErrorType(error, 'conflict')) needsRunning(await engine.inspect(id));
        throw error;
      }
    });
    try {
      call.signal.throwIfAborted();
      const { tty, columns, rows } = params;
      const stream = await exec.start();
      if (columns !== undefined && rows !== undefined) void exec.resize({ columns, rows });
      const end = (inLine: boolean): void =>
        void (tty ? stream.write(inLine ? CTRL_D + CTRL_D : CTRL_D) : stream.end());
      const refusal = new ExecRefusal(exec, call);
      const program = { stream, tty, input: { end }, resize: (size: TerminalSize) => exec.resize(size) };
      const exitCode = await engine.use(exec.container, stream, async () => {
        await converse(program, call, refusal);
        return exec.ended(call.signal);
      });
      refusal.check(exitCode);
      return { exitCode };
    } finally {
      if (call.cancelled) {
        await exec
          .end()
          .catch((error: unknown) => log.warn({ err: error, target: params.target }, 'a program may run on'));
      }
    }
  };
}
