import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { divide, multiply, read, tell } from '../calc/decimal.ts';

/** By the product of the divisors, so that it is rounded once and not at every step. */
export const div: HandlerOf<typeof processService, 'calc.div'> = ({ numbers }) => {
  const [dividend, ...divisors] = read(numbers);
  return { result: tell(divide(dividend, multiply(divisors))) };
};
