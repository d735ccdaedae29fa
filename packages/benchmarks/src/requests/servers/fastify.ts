import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';

const app = fastify();
const text = { type: 'string', maxLength: 100 };
const object = { type: 'object', properties: { text }, required: ['text'], additionalProperties: false };
app.post('/echo', { schema: { body: object, response: { 200: object } } }, async ({ body }) => body);
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${(app.server.address() as AddressInfo).port}\n`);
