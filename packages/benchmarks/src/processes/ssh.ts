import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../programs/free-port.ts';
import { startProgram } from '../programs/program.ts';
import { Ear } from './ear.ts';
import { makeFolder } from '../programs/folder.ts';
import type { Runner } from './runner.ts';

const call = promisify(execFile);

/** An ssh server on this machine with keys of its own, and how it is asked. */
export interface Ssh extends Runner, AsyncDisposable {}

/** Starts a server; with `shared`, all that is asked of it goes through one connection. */
export async function startSsh({ shared }: { shared: boolean }): Promise<Ssh> {
  const folder = await makeFolder();
  const at = (name: string): string => join(folder.path, name);
  await Promise.all(
    ['host', 'user'].map((name) => call('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])),
  );
  await writeFile(at('authorized'), await readFile(at('user.pub')), { mode: 0o600 });
  const port = await freePort();
  // Where root starts a server, it wants this folder, which the system makes only for its own.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const server = await startProgram(await sshd(), ['-D', ...serverOptions(port, at)], { port });
  const client = clientOptions(port, at, shared);
  if (shared) await call('ssh', [...client, 'true']);
  return {
    ...runner(client),
    async [Symbol.asyncDispose]() {
      if (shared) await call('ssh', ['-O', 'exit', ...client]);
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** It refuses to be called by anything but its whole path. */
async function sshd(): Promise<string> {
  const { stdout } = await call('sh', ['-c', 'PATH="$PATH:/usr/sbin:/sbin" command -v sshd']);
  return stdout.trim();
}

function serverOptions(port: number, at: (name: string) => string): string[] {
  const options = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: at('host'),
    AuthorizedKeysFile: at('authorized'),
    StrictModes: 'no',
    UsePAM: 'no',
    PidFile: 'none',
    MaxStartups: 100,
    MaxSessions: 100,
    PermitRootLogin: 'yes',
  };
  return ['-f', '/dev/null', ...asFlags(options)];
}

function clientOptions(port: number, at: (name: string) => string, shared: boolean): string[] {
  const options = {
    Port: port,
    IdentityFile: at('user'),
    IdentitiesOnly: 'yes',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    ...(shared ? { ControlMaster: 'auto', ControlPath: at('control'), ControlPersist: 'yes' } : {}),
  };
  return ['-F', '/dev/null', ...asFlags(options), `${userInfo().username}@127.0.0.1`];
}

function asFlags(options: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function runner(client: readonly string[]): Runner {
  const start = (words: readonly string[]): ChildProcess =>
    spawn('ssh', [...client, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  return {
    async run(...words) {
      const child = start(words);
      child.stdout?.resume();
      await once(child, 'close');
    },
    async hear(text, ...words) {
      const child = start(words);
      const over = once(child, 'close');
      await new Promise<void>((resolve) => {
        const ear = new Ear(text, resolve);
        child.stdout?.on('data', (bytes: Buffer) => ear.listen(bytes));
      });
      void over;
    },
    async pour(bytes, ...words) {
      const child = start(words);
      let received = 0;
      child.stdout?.on('data', ({ length }: Buffer) => (received += length));
      await once(child, 'close');
      if (received < bytes) throw new Error(`ssh brought ${received} bytes of ${bytes}`);
    },
  };
}
