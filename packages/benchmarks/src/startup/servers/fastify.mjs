import { fastify } from 'fastify';

const app = fastify();
app.post('/echo', async ({ body }) => body);
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
