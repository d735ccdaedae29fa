import { registryService } from '@sextant/protocol/registry';
import { SERVICES } from '@sextant/protocol/services';
import { type Command, InvalidArgumentError } from 'commander';
import { formatAddress } from '@sextant/wire/address';
import { parseHostAddress, parsePeers, parsePort } from '../arguments.ts';
import { SELF } from '../self.ts';
import type { CommonOptions } from '../service.ts';
import { planServices, type StartOptions } from '../services/plan.ts';
import { serve, serveJson } from '../services/serve.ts';
import { services } from '../completion/names.ts';
import { completed } from '../completion/source.ts';

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
    .addArgument(completed('[service...]', 'which ones; all unless named', services))
    .option('--port <port>', 'port of the one service; 0 takes any free one', parsePort)
    .option('--peers <count>', 'peers to start', parsePeers)
    .option('--registry <host:port>', 'where peers find each other, in place of a registry started here', parseRegistry)
    .option('--name <name>', 'name of the one peer')
    .option('--socket <path>', 'a Unix socket for the one service to listen on too')
    .option('--tls-cert <file>', 'certificate (else the one of "cert create")')
    .option('--tls-key <file>', 'its private key')
    .option('--hosts <name,...>', 'further names by which browsers may reach the services')
    .option('--origins <url,...>', 'origins of other pages that may use the services')
    .option('--limits <name=value,...>', 'ceilings to change; see the protocol')
    .option('--log-level <level>', 'least severe entries to log')
    .addHelpText('after', HELP)
    .action(async (names: string[], _options, command: Command) => {
      const options: CommonOptions & StartOptions = command.optsWithGlobals();
      const launches = planServices(names, options);
      await (options.json ? serveJson(launches) : serve(launches));
    });
}

/** The registry's address as peers take it. */
export function parseRegistry(text: string): string {
  const { tls, ...at } = parseHostAddress(text, registryService.port);
  if (tls) throw new InvalidArgumentError('A peer decides by itself whether to encrypt: write HOST or HOST:PORT.');
  return formatAddress(at);
}
