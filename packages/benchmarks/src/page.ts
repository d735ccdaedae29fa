// Puts the tables of the figures that were measured into docs/benchmarks.md, each between the marks of its area.
import { readFile, writeFile } from 'node:fs/promises';
import { areas } from './areas.ts';
import { FIGURES, readFigures, USUAL_MS, type Figure } from './figure.ts';
import { goalsOf, tableOf } from './table.ts';

const PAGE = new URL('../../../docs/benchmarks.md', import.meta.url);

const figures = await readFigures(FIGURES);
if (figures.length === 0) throw new Error(`${FIGURES} has no figures: measure some with npx pnpm bench`);
let page = await readFile(PAGE, 'utf8');
for (const area of areas) {
  const own = figures.filter((figure) => figure.area === area.name);
  const [first] = own;
  if (!first) continue;
  const goals = goalsOf(area, own).map((line) => `- ${line}\n`);
  const contenders = new Set(own.map(({ contender }) => contender));
  process.stdout.write(`${area.name}: ${contenders.size} of ${area.contenders.length}, ${when(first)}\n`);
  page = between(page, area.name, `${when(first)}\n\n${tableOf(area, own)}\n\n${goals.join('')}`);
}
await writeFile(PAGE, page);

function when({ area, at, rounds, ms, machine }: Figure): string {
  const times = rounds === 1 ? 'one round' : `the middle of ${rounds} rounds`;
  const shortened = ms === undefined || ms === USUAL_MS ? '' : ` --ms ${ms}`;
  return `${at.slice(0, 10)}, ${machine}, ${times}: \`npx pnpm bench ${area}${shortened}\``;
}

function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->\n`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`docs/benchmarks.md has no ${begin.trim()} ... ${end.trim()}`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}
