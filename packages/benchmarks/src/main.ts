import { parseArgs } from 'node:util';
import type { Area } from './area.ts';
import { areas } from './areas.ts';
import { FIGURES, keepFigures } from './figure.ts';
import { measure } from './measure.ts';
import { coloured, goalsOf, tableOf } from './table.ts';

const USAGE = `pnpm bench [AREA...] [--rounds N] [--ms N] [--only TEXT] [--out FILE]

Measures our services and their peers side by side, prints a table for each area and writes one JSON line per figure.

  AREA        ${areas.map(({ name }) => name).join(', ')}; all of them unless given
  --rounds N  times that each contender is measured; the middle one counts (3)
  --ms N      milliseconds that each rate is measured for (2000)
  --only TEXT only contenders with this in their name; nothing is written then
  --out FILE  where the lines go (packages/benchmarks/figures.jsonl)
`;

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      ms: { type: 'string', default: '2000' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: FIGURES },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !areas.some((area) => area.name === name));
  if (values.help || unknown.length > 0) {
    say(unknown.length > 0 ? `There is no area ${unknown.join(', ')}.\n\n${USAGE}` : USAGE);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  const chosen = areas.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  for (const area of chosen) {
    const some = only(area, values.only);
    const figures = await measure(some, { ms: Number(values.ms), share: 1 }, Number(values.rounds), say);
    if (values.only === '') await keepFigures(values.out, area, figures);
    const goals = goalsOf(area, figures).map((line) => `${coloured(line)}\n`);
    process.stdout.write(`\n${area.title}\n\n${tableOf(area, figures)}\n\n${goals.join('')}\n`);
  }
}

function only(area: Area, text: string): Area {
  return { ...area, contenders: area.contenders.filter(({ name }) => name.includes(text)) };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
