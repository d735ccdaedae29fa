import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { multiply, read, tell } from '../calc/decimal.ts';

export const mult: HandlerOf<typeof processService, 'calc.mult'> = ({ numbers }) => ({
  result: tell(multiply(read(numbers))),
});
