import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';

interface Said {
  text: string;
}

const read = (bytes: Buffer): Said => JSON.parse(bytes.toString()) as Said;
const write = (value: Said): Buffer => Buffer.from(JSON.stringify(value));
const say = {
  path: '/echo.Echo/Say',
  requestStream: false,
  responseStream: false,
  requestSerialize: write,
  requestDeserialize: read,
  responseSerialize: write,
  responseDeserialize: read,
} as const;

const server = new Server();
server.addService(
  { say },
  { say: ({ request }: ServerUnaryCall<Said, Said>, answer: sendUnaryData<Said>) => answer(null, request) },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
