import type { processService } from '@sextant/protocol/process';
import type { HandlerOf } from '@sextant/service/handler';
import { read, settle, tell } from '../calc/decimal.ts';

export const sub: HandlerOf<typeof processService, 'calc.sub'> = ({ numbers }) => ({
  result: tell(read(numbers).reduce((rest, number) => settle(rest.minus(number)))),
});
