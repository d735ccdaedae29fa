import type { Dialect, Writer } from './dialect.ts';
import { dataFrames, endedStreams, grpcCall, nextFrame, preface, STREAM_AT } from './http2.ts';
import { FIRST, NUMBER, Numbered } from './numbered.ts';
import type { Teller } from './teller.ts';

/** Leases that are granted before, numbered from 1: a put costs etcd time for each key that its lease has already. */
export const LEASES = 127;

/** Puts that are held by leases, over gRPC; a range of all; a watch of a prefix. */
export const etcdCalls: Dialect = {
  opening: preface(),
  counter: endedStreams,
  register: put('node', 'peer-node'),
  change: put('printer', 'printer'),
  list,
  watch: {
    request: grpcCall('/etcdserverpb.Watch/Watch', field(1, range('printer-')), { last: false }),
    counter: dataFrames,
    first: 1,
    each: 1,
  },
};

function put(name: string, kind: string): Writer {
  const value = `{"name":"${name}-${NUMBER}","kind":"${kind}","host":"127.0.0.1","port":4001}`;
  const message = Buffer.concat([field(1, `${name}-${NUMBER}`), field(2, value), Buffer.from([0x18, 0])]);
  const bytes = grpcCall('/etcdserverpb.KV/Put', message, { last: true });
  const call = new Numbered(bytes);
  const data = nextFrame(bytes);
  return {
    length: call.length,
    write(target, at, number) {
      call.write(target, at, number);
      target.writeUInt8((number % LEASES) + 1, at + call.length - 1);
      setStream(target, at, data, number);
    },
  };
}

async function list(teller: Teller): Promise<void> {
  const bytes = grpcCall('/etcdserverpb.KV/Range', range('node-'), { last: true });
  setStream(bytes, 0, nextFrame(bytes), FIRST + 100_000 + teller.count);
  const answer = teller.more(1);
  teller.send(bytes);
  await answer;
}

/** Streams have odd numbers that rise, which is all that is asked of them. */
function setStream(target: Buffer, headers: number, data: number, number: number): void {
  const stream = (number - FIRST) * 2 + 1;
  target.writeUInt32BE(stream, headers + STREAM_AT);
  target.writeUInt32BE(stream, headers + data + STREAM_AT);
}

/** The keys that begin so. */
function range(prefix: string): Buffer {
  return Buffer.concat([field(1, prefix), field(2, `${prefix}~`)]);
}

/** A member of a message, with its length in front. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
