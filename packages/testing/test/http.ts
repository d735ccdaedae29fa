import { connect } from 'node:net';

/** Writes an HTTP request as it is, and returns the status of its answer; 0 where there was none. */
export function request(port: number, bytes: string): Promise<number> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port });
    socket
      .setEncoding('latin1')
      .on('data', (text: string) => {
        answer += text;
        const status = /^HTTP\/1\.1 (\d{3}) [^]*\r\n\r\n/.exec(answer)?.[1];
        if (status === undefined) return;
        resolve(Number(status));
        socket.destroy();
      })
      .on('error', () => {})
      .on('close', () => resolve(0))
      .write(bytes);
  });
}
