// The limit: a line of JSON starts a program, what it prints goes through the socket as it is, a line says how it ended.
// `spawn` asks Node, `execa` asks execa for the same.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

interface Asked {
  program?: string;
  args: string[];
}

const [mode, heapMb] = process.argv.slice(2);
if (heapMb !== undefined) {
  process.env['BENCH_HEAP_MB'] = heapMb;
  await import('./heap.ts');
}

const start = (program: string, args: string[]): ChildProcess =>
  mode === 'execa'
    ? execa(program, args, { buffer: false, reject: false, killDescendants: true }).nodeChildProcess
    : spawn(program, args, { stdio: 'pipe', detached: true });

const answer = (socket: Socket, { program, args }: Asked): void => {
  if (program === undefined) {
    socket.write('{}\n');
    return;
  }
  const child = start(program, args);
  socket.write(`${JSON.stringify({ pid: child.pid })}\n`);
  child.stdin?.end();
  child.stdout?.pipe(socket, { end: false });
  child.stderr?.pipe(socket, { end: false });
  child.on('close', (exitCode, signal) => {
    socket.write(`${JSON.stringify({ exitCode, signal })}\n`);
  });
};

const server = createServer({ noDelay: true }, (socket) => {
  socket.setMaxListeners(0).on('error', () => {});
  createInterface({ input: socket }).on('line', (line) => answer(socket, JSON.parse(line) as Asked));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
