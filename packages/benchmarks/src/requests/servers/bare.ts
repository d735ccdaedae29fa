// The limit: the same work by nothing but node:net. `single` writes each answer by itself, `coalesced` one piece for
// each chunk that came, and `checked` does so with a zod schema for envelope and params.
import { createServer, type AddressInfo } from 'node:net';
import { z } from 'zod';

const schema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.int(),
  method: z.literal('echo.say'),
  params: z.strictObject({ text: z.string().max(100) }),
});

const [mode] = process.argv.slice(2);
const read = (line: string): z.infer<typeof schema> => {
  const value = JSON.parse(line) as z.infer<typeof schema>;
  return mode === 'checked' ? schema.parse(value) : value;
};

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.setEncoding('utf8').on('error', () => {});
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    let answers = '';
    for (const line of lines) {
      const { id, params } = read(line);
      const answer = `${JSON.stringify({ jsonrpc: '2.0', id, result: { text: params.text } })}\n`;
      if (mode === 'single') socket.write(answer);
      else answers += answer;
    }
    if (answers !== '') socket.write(answers);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
