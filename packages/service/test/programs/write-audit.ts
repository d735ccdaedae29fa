import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAudit } from '../../src/observe/audit.ts';

/** Records as many entries as asked and prints how many failed and how often that was logged; then waits to be killed. */
const [folder = '', count = '1', last] = process.argv.slice(2);
let complaints = 0;
const audit = openAudit(folder, { error: () => (complaints += 1) });
const record = (n: number): void =>
  audit.record({ event: 'call', principal: 'test', remote: '127.0.0.1:1', outcome: 'ok', method: 'file.open', n });
for (let n = 0; n < Number(count); n += 1) record(n);
const { failed } = audit;
if (last === 'free') {
  writeFileSync(join(folder, 'fill'), '');
  record(-1);
}
process.stdout.write(`${JSON.stringify({ failed, complaints, failedAfter: audit.failed })}\n`);
if (last === 'wait') setInterval(() => audit.failed, 1000);
