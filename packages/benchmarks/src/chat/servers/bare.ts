// The limit: everybody's lines to everybody by nothing but node:net. `single` writes each line to each by itself; the
// others put what came in one turn of the event loop in one piece, written to all: `coalesced` as it came, `checked` what
// is JSON and keeps to a zod schema, `framed` in frames as long as those of chat-relay.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { z } from 'zod';

const schema = z.strictObject({ room: z.literal('bench'), text: z.string().min(1).max(2000) });

const HEAD =
  '{"jsonrpc":"2.0","method":"rpc.data","params":{"id":1,"item":{"seq":1234567,"type":"message","from":"n0","text":"';
const TAIL = '","at":"2026-11-20T21:00:00.000Z"}}}\n';

const [mode] = process.argv.slice(2);
const members = new Set<Socket>();
let turn = '';

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  members.add(socket);
  socket
    .setEncoding('latin1')
    .on('error', () => {})
    .on('close', () => members.delete(socket));
  socket.on('data', (chunk: string) => {
    const text = rest + chunk;
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (mode === 'single') for (const line of linesOf(text.slice(0, end))) toAll(`${line}\n`);
    else {
      if (turn === '') setImmediate(endTurn);
      turn += made(text.slice(0, end));
    }
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

function made(lines: string): string {
  if (mode === 'checked') for (const line of linesOf(lines)) schema.parse(JSON.parse(line));
  return mode === 'framed'
    ? linesOf(lines)
        .map((line) => HEAD + line + TAIL)
        .join('')
    : lines;
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function endTurn(): void {
  const text = turn;
  turn = '';
  toAll(text);
}

function toAll(text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (const member of members) member.write(bytes);
}
