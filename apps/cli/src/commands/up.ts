import { registryService } from '@sextant/protocol/registry';
import { SERVICES } from '@sextant/protocol/services';
import { defaultHome } from '@sextant/service/home';
import type { Command } from 'commander';
import { formatAddress } from '@sextant/wire/address';
import { parseAddress, parsePeers, parsePort } from '../arguments.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { planServices, type StartOptions } from '../services/plan.ts';
import { serve, serveJson } from '../services/serve.ts';

const NAMES = SERVICES.map(({ name }) => `  ${name}`).join('\n');

const HELP = `
Services; all of them, with three peers, where none is named:
${NAMES}

--host is the address to listen on. What dies is started again; Ctrl-C ends
everything within two seconds.

For scripts, --json prints one line {service, host, port, pid} for each service
once it listens, and serves until stopped; what dies stays dead, and once
nothing is left the exit code is 1.

  $ ${SELF} up
  $ ${SELF} up file-server chat-relay
  $ ${SELF} up file-server --port 0 --home /tmp/try --json`;

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('start services and keep them running until Ctrl-C')
    .argument('[service...]', 'which ones; all unless named')
    .option('--port <port>', 'port of the one service; 0 takes any free one', parsePort)
    .option('--peers <count>', 'peers to start', parsePeers)
    .option('--registry <host:port>', 'where peers find each other, in place of a registry started here', parseRegistry)
    .option('--name <name>', 'name of the one peer')
    .option('--home <folder>', 'where services keep their data', defaultHome())
    .addHelpText('after', HELP)
    .action(async (names: string[], _options, command: Command) => {
      const options: CommonOptions & StartOptions = command.optsWithGlobals();
      const launches = planServices(names, options);
      await (options.json ? serveJson(launches) : serve(launches));
    });
}

/** The registry's address as peers take it. */
export function parseRegistry(text: string): string {
  return formatAddress(parseAddress(text, registryService.port));
}
