import { missingPrograms } from '@sextant/testing/missing';
import type { Area, Contender, Pace, Readings } from './area.ts';
import { figureOf, type Figure } from './figure.ts';
import { stopped } from './programs/leftovers.ts';

/** What is told of a measurement under way. */
export type Tell = (text: string) => void;

/**
 * Lets all contenders of an area do its work, one after the other, several rounds of it, so that what this machine does
 * besides meets all of them.
 */
export async function measure(area: Area, pace: Pace, rounds: number, tell: Tell): Promise<Figure[]> {
  await area.prepare?.();
  const contenders = await presentOf(area.contenders, tell);
  const seen = contenders.map((contender) => ({ contender, rounds: [] as Readings[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { contender, rounds: readings } of seen) {
      tell(`${area.name}, round ${round} of ${rounds}: ${contender.name}`);
      readings.push(await runOnce(contender, pace, tell));
    }
  }
  return seen.flatMap(({ contender, rounds: readings }) =>
    area.measures.flatMap((measure) => {
      const values = readings.flatMap((reading) => reading[measure.name] ?? []);
      return values.length === 0 ? [] : [figureOf(area, contender, measure, values, pace.ms)];
    }),
  );
}

/** One that fails has no figures of this round, and costs the others none. */
async function runOnce(contender: Contender, pace: Pace, tell: Tell): Promise<Readings> {
  try {
    return await contender.run(pace);
  } catch (error) {
    // Its server was killed: the process ends in a moment.
    if (stopped()) return new Promise(() => {});
    tell(`FAILED: ${contender.name}: ${Error.isError(error) ? error.message : String(error)}`);
    return {};
  }
}

/** Why a contender cannot be measured here; undefined if it can. */
export async function missingFor({ needs, missing }: Contender): Promise<string | undefined> {
  return (needs === undefined ? undefined : await missingPrograms(needs)) ?? (await missing?.());
}

async function presentOf(contenders: readonly Contender[], tell: Tell): Promise<Contender[]> {
  const present: Contender[] = [];
  for (const contender of contenders) {
    const missing = await missingFor(contender);
    if (missing === undefined) present.push(contender);
    else tell(`LEFT OUT: ${contender.name}: ${missing}`);
  }
  return present;
}
