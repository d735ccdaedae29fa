import { ProtocolError } from '@sextant/protocol/errors';
import type { Command } from 'commander';
import type { CommonOptions } from './service.ts';

/** For commands about the home itself: asked about another host, they would answer about this one. */
export function onlyHere(command: Command): Command {
  return command.hook('preAction', (_group, asked) => {
    const { host }: CommonOptions = asked.optsWithGlobals();
    if (host === undefined) return;
    throw new ProtocolError(
      'invalid_params',
      `${command.name()} is about the home on this machine, not about ${host}; run it there.`,
    );
  });
}
