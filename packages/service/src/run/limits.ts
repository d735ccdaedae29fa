import { LIMITS, type Limits } from '@sextant/protocol/limits';
import { z } from 'zod';

/** Beyond these the arithmetic of timers and buffers does not hold. */
const MAX = 2 ** 31 - 1;

/** `line=1024,idleMs=60000` -> all limits, those changed. */
export const limitsSchema = z
  .string()
  .default('')
  .transform((text, context): Limits => {
    const limits = { ...LIMITS };
    for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
      const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
      const number = Number(value);
      if (Object.hasOwn(LIMITS, name) && value !== '' && Number.isInteger(number) && number >= 0 && number <= MAX) {
        limits[name as keyof Limits] = number;
      } else {
        const known = Object.hasOwn(LIMITS, name);
        context.addIssue(
          known
            ? `${name} must be a whole number from 0 to ${MAX}`
            : `has no ${JSON.stringify(name)}; there are ${Object.keys(LIMITS).join(', ')}`,
        );
      }
    }
    return limits;
  });
