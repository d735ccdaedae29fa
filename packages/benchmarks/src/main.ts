import { parseArgs } from 'node:util';
import { closest } from '@sextant/service/closest';
import type { Area } from './area.ts';
import { areas } from './areas.ts';
import { FIGURES, keepFigures, USUAL_MS } from './figure.ts';
import { measure } from './measure.ts';
import { removeLeftovers } from './programs/leftovers.ts';
import { coloured, goalsOf, tableOf } from './table.ts';

const USAGE = `npx pnpm bench [AREA...] [--rounds N] [--ms N] [--only TEXT] [--out FILE]

Measures our services and their peers side by side, prints a table for each area and writes one JSON line per figure. All
areas take some 25 minutes, one of them 1 to 7.

  AREA        ${areas.map(({ name }) => name).join(', ')}; all of them unless given
  --rounds N  times that each contender is measured; the middle one counts (3)
  --ms N      milliseconds that each rate is measured for (${USUAL_MS})
  --only TEXT only contenders with this in their name; nothing is written then
  --out FILE  where the lines of whole areas go (packages/benchmarks/figures.jsonl)
`;

/** What was asked for. */
interface Wish {
  readonly areas: readonly Area[];
  readonly rounds: number;
  readonly ms: number;
  readonly only: string;
  readonly out: string;
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => void stop(code));
}

const wish = read();
if (wish) await bench(wish);

/** Nothing where nothing is to be measured: then that is said. */
function read(): Wish | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '3' },
        ms: { type: 'string', default: String(USUAL_MS) },
        only: { type: 'string', default: '' },
        out: { type: 'string', default: FIGURES },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return void process.stdout.write(USAGE);
    const { only, out } = values;
    return {
      areas: chosen(positionals, only),
      rounds: count('rounds', values.rounds),
      ms: count('ms', values.ms),
      only,
      out,
    };
  } catch (error) {
    say(`${Error.isError(error) ? error.message : String(error)}\n--help says how it is asked.`);
    process.exitCode = 2;
    return undefined;
  }
}

function chosen(names: readonly string[], only: string): Area[] {
  const unknown = names.find((name) => !areas.some((area) => area.name === name));
  if (unknown !== undefined) {
    const names = areas.map(({ name }) => name);
    const near = closest(unknown, names);
    const meant = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
    throw new Error(`There is no area ${unknown}.${meant} There are ${names.join(', ')}.`);
  }
  const some = areas
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((area) => withOnly(area, only))
    .filter(({ contenders }) => contenders.length > 0);
  if (some.length === 0) throw new Error(`No contender there has "${only}" in its name.`);
  return some;
}

function withOnly(area: Area, text: string): Area {
  return { ...area, contenders: area.contenders.filter(({ name }) => name.includes(text)) };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} is a whole number above 0.`);
}

async function bench({ areas: wanted, rounds, ms, only, out }: Wish): Promise<void> {
  for (const area of wanted) {
    const figures = await measure(area, { ms, share: 1 }, rounds, say);
    if (figures.length === 0) process.exitCode = 1;
    if (only === '') await keepFigures(out, area, figures);
    const goals = goalsOf(area, figures).map((line) => `${coloured(line)}\n`);
    process.stdout.write(`\n${area.title}\n\n${tableOf(area, figures)}\n\n${goals.join('')}\n`);
  }
}

async function stop(code: number): Promise<never> {
  // The load breaks with the servers.
  process.on('uncaughtException', () => {}).on('unhandledRejection', () => {});
  await removeLeftovers();
  say('Stopped; what was measured of this area is not kept.');
  process.exit(code);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
