import { StringDecoder } from 'node:string_decoder';
import { errorText, say } from '../output.ts';
import { write } from '../prompt-plain.ts';
import type { LogReading } from './logs.ts';

/** Reads a log for a person or a program: what is lost meanwhile is said once, until it is there again. */
export function logReading(json: boolean, signal: AbortSignal): LogReading {
  return { signal, write: writerFor(json), ...tellLoss() };
}

function tellLoss(): Pick<LogReading, 'gap' | 'lost' | 'back'> {
  let isLost = false;
  return {
    gap({ from, to }) {
      say(`Lines between ${from} and ${to} are gone: the engine keeps only the last of a log.`);
    },
    lost(error) {
      if (!isLost) say(`${errorText(error)} Trying again.`);
      isLost = true;
    },
    back() {
      if (isLost) say('Going on where it was lost.');
      isLost = false;
    },
  };
}

function writerFor(json: boolean): LogReading['write'] {
  if (!json) return (channel, bytes) => write(channel === 'stderr' ? process.stderr : process.stdout, bytes);
  const decoders = new Map<string, StringDecoder>();
  return async (channel, bytes) => {
    const decoder = decoders.get(channel) ?? new StringDecoder();
    decoders.set(channel, decoder);
    await write(process.stdout, `${JSON.stringify({ channel, text: decoder.write(Buffer.from(bytes)) })}\n`);
  };
}
