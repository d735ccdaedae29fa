// Answers what comes through a nats-server: `node nats-responder.ts PORT`.
import { connect } from '@nats-io/transport-node';

const [port] = process.argv.slice(2);
const connection = await connect({ servers: `127.0.0.1:${port}` });
connection.subscribe('echo', {
  callback: (_error, message) => {
    const { text } = message.json<{ text: string }>();
    message.respond(JSON.stringify({ text }));
  },
});
await connection.flush();
process.stdout.write(`${port}\n`);
