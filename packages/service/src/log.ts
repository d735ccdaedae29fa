import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type Log = Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One JSON object a line on stderr: stdout belongs to what a program was asked for. */
export function createLog(service: string, level: (typeof LOG_LEVELS)[number]): Log {
  return pino({ level, base: { service }, timestamp: stdTimeFunctions.isoTime }, destination(2));
}
