import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { read, settle, tell } from '../calc/decimal.ts';

export const add: HandlerOf<typeof processService, 'calc.add'> = ({ numbers }) => ({
  result: tell(read(numbers).reduce((sum, number) => settle(sum.plus(number)))),
});
