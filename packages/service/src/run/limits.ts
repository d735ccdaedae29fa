import { LIMITS, type Limits } from '@sextant/protocol/limits';
import { z } from 'zod';

/** Beyond this the arithmetic of timers and buffers does not hold. */
const MAX = 2 ** 31 - 1;

/** Below these a service could not answer at all; all others may be 0. */
const LEAST: Partial<Limits> = {
  line: 1024,
  depth: 4,
  body: 1024,
  inFlight: 1,
  window: 1024,
  outputHighWater: 1024,
  outputHard: 64 * 1024,
  outputTotal: 1024 * 1024,
  malformed: 1,
  firstLineMs: 100,
  stalledWriteMs: 1000,
  timeoutMs: 1,
  handshakeMs: 100,
  headerMs: 100,
  idleMs: 1000,
  connections: 1,
};

/** `line=1024,idleMs=60000` -> all limits, those changed. */
export const limitsSchema = z
  .string()
  .default('')
  .transform((text, context): Limits => {
    const limits = { ...LIMITS };
    for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
      const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
      const number = Number(value);
      const least = LEAST[name as keyof Limits] ?? 0;
      const fits = value !== '' && Number.isInteger(number) && number >= least && number <= MAX;
      if (Object.hasOwn(LIMITS, name) && fits) {
        limits[name as keyof Limits] = number;
      } else {
        const known = Object.hasOwn(LIMITS, name);
        context.addIssue(
          known
            ? `${name} must be a whole number from ${least} to ${MAX}`
            : `has no ${JSON.stringify(name)}; there are ${Object.keys(LIMITS).join(', ')}`,
        );
      }
    }
    return limits;
  });
