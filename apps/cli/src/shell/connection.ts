import { processService } from '@sextant/protocol/process';
import { formatAddress, type Address } from '@sextant/wire/address';
import { parseAddress, parsePort } from '../arguments.ts';
import { usageError, type ShellCommand } from './command.ts';

export const connect: ShellCommand = {
  usage: 'connect IP [PORT]',
  summary: 'connect to another process-server',
  async run(shell, words, signal) {
    const address = addressFrom(words);
    if (!address) throw usageError(connect.usage);
    await shell.link.open(address, signal);
    await shell.allEnded();
    await shell.say(`Connected to ${formatAddress(address)}.`);
  },
};

export const disconnect: ShellCommand = {
  usage: 'disconnect',
  summary: 'end the connection and the programs it runs',
  async run(shell) {
    const { address } = shell.link;
    if (!address) return shell.say('Not connected.');
    await shell.link.close();
    await shell.allEnded();
    await shell.say(`Disconnected from ${formatAddress(address)}.`);
  },
};

export const exit: ShellCommand = {
  usage: 'exit',
  summary: 'end the shell and the programs it runs; Ctrl-D does too',
  async run(shell) {
    shell.over = true;
  },
};

/** `HOST`, `HOST:PORT` or `HOST PORT`. */
export function addressFrom([host, port, ...rest]: readonly string[]): Address | undefined {
  if (host === undefined || rest.length > 0) return undefined;
  return port === undefined ? parseAddress(host, processService.port) : { host, port: parsePort(port) };
}
