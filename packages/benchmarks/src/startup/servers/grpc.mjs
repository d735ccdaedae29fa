import { Server, ServerCredentials } from '@grpc/grpc-js';

new Server().bindAsync(`127.0.0.1:${process.argv[2]}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
