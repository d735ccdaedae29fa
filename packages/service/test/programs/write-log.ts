import { readFileSync } from 'node:fs';
import { createLog } from '../../src/observe/log.ts';

/** Logs each text of the JSON array on stdin in every place a text can have: as many lines as `PLACES` for each. */
const log = createLog('test', 'info');
for (const text of JSON.parse(readFileSync(0, 'utf8')) as string[]) {
  log.info(text);
  log.info({ text, nested: { deep: [[text]] } }, 'fields');
  log.info({ [text]: { [text]: 1 } }, 'names');
  log.info({}, '%s and %j', text, { text });
  log.error({ err: Object.assign(new Error(text), { code: text, path: [text] }) }, 'an error');
  log.error(new Error('outside', { cause: new AggregateError([new TypeError(text)], text) }));
}
