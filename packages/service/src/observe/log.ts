import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
import { printable, printableFields, toAscii } from './printable.ts';

/** Without `child` and `setBindings`: fields that are bound to a logger would not be made printable. */
export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'level' | 'flush'>;

/** One for all logs of the process: what one wrote in part is not gone on with by another. */
const stderr = destination(2);

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * One JSON object a line on stderr: stdout belongs to what a program was asked for. Whatever is logged, a line stays one
 * line, its texts stay short, and no terminal takes orders from it. `folder` tells apart services of one kind in a process.
 */
export function createLog(service: string, level: (typeof LOG_LEVELS)[number], folder?: string): Log {
  return pino(
    {
      level,
      base: { service, ...(folder !== undefined && { folder }) },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { log: printableFields },
      // Errors are plain objects by then; the message is no field to the formatter.
      serializers: { err: asIs, msg: printable },
      hooks: { streamWrite: toAscii },
    },
    stderr,
  );
}

function asIs(value: unknown): unknown {
  return value;
}
