import type { containerService } from '@sextant/protocol/container';
import type { TerminalSize } from '@sextant/protocol/container-schemas';
import type { HandlerOf } from '@sextant/service/handler';
import { Attachment } from '../attachment.ts';
import type { Containers } from '../containers.ts';
import { converse } from '../converse.ts';
import type { Engine } from '../engine.ts';
import { needsRunning } from '../running.ts';

export function attach(engine: Engine, containers: Containers): HandlerOf<typeof containerService, 'container.attach'> {
  return async ({ target }, call) => {
    const attachment = await containers.act(target, call.signal, async (id) => {
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
    await engine.use(() => converse(program, call, call));
    return { exitCode: await attachment.ended(call.signal) };
  };
}
