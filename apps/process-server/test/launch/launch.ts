import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@sextant/client/connect';
import { processService } from '@sextant/protocol/process';
import { readLocalToken } from '@sextant/service/identity/local-token';
import type { Processes } from '../rig.ts';

/** The service as a process of its own, and a client of it. `await using` ends it: SIGTERM, and it must exit with 0. */
export interface Launched extends AsyncDisposable {
  server: ChildProcess;
  client: Processes;
  address: { host: string; port: number };
}

/** How it is started otherwise than usual. */
export interface LaunchOptions {
  main?: URL;
  /** What it is told its home is. */
  home?: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** More of its settings. */
  flags?: readonly string[];
  /** A program that becomes it, and its arguments before those of its own. */
  through?: readonly string[];
  /** The user it runs as. */
  uid?: number | undefined;
}

export async function launch(
  folder: string,
  {
    main = new URL('../../src/main.ts', import.meta.url),
    home = folder,
    cwd,
    env,
    flags = [],
    through = [],
    uid,
  }: LaunchOptions = {},
): Promise<Launched> {
  const settings = ['--port', '0', '--home', home, '--log-level', 'silent', ...flags];
  const [program = '', ...args] = [...through, process.execPath, fileURLToPath(main), ...settings];
  const server = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd,
    ...(uid !== undefined && { uid, gid: uid }),
    env: { ...process.env, ...env },
  });
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  const address = JSON.parse(line) as { host: string; port: number };
  const client = await connect(processService, address, {
    client: 'test/1',
    auth: { type: 'token', token: readLocalToken(folder) ?? '' },
  });
  return {
    server,
    client,
    address,
    async [Symbol.asyncDispose]() {
      client.close();
      server.kill('SIGTERM');
      const [code] = (await once(server, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`the service ended with ${code}`);
    },
  };
}
