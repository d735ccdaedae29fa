import type { containerService } from '@sextant/protocol/container';
import type { TerminalSize } from '@sextant/protocol/values';
import type { HandlerOf } from '@sextant/service/handler';
import { Attachment } from '../exec/attachment.ts';
import { converse } from '../exec/converse.ts';
import { needsRunning } from '../container/running.ts';
import type { Parts } from '../parts.ts';

export function attach({ engine, containers }: Parts): HandlerOf<typeof containerService, 'container.attach'> {
  return async ({ target }, call) => {
    const attachment = await containers.look(target, call, async (id) => {
      const found = await Attachment.find(engine, id);
      needsRunning(found);
      return found;
    });
    const { id, name, tty, stdin } = attachment;
    const stream = await attachment.open();
    void call.send({ id, name, tty, stdin });
    // Its input stays open when this caller's ends: others may attach.
    const input = { end: () => {} };
    const program = { stream, tty, ...(stdin && { input }), resize: (size: TerminalSize) => attachment.resize(size) };
    const exitCode = await engine.use(id, stream, async () => {
      await converse(program, call, call);
      return attachment.ended(call.signal);
    });
    return { exitCode };
  };
}
