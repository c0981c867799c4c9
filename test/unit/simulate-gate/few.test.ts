/** The count of models that differ in few rows asks draws only where they could matter: it must give what asking them everywhere gives. */
import { expect, it } from 'vitest'
import { differingIn, fewWorlds, mistakenModes, wrongOf } from '../../../bench/simulate-gate/few.ts'
import { draw } from '../../../bench/simulate-gate/populations.ts'
import { reportFew } from '../../../bench/simulate-gate/report.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { random } from '../../../src/core/stats/random.ts'

it('draws that are asked only where they could decide decide the same', { timeout: 120_000 }, () => {
  const seen = new Map<string, Set<boolean>>(mistakenModes.map((mode) => [mode, new Set()]))
  const rows = 100
  for (const world of ['amounts: as good', 'amounts, some far off: twice the answer', 'two classes: certain']) {
    const { baseline, other, metrics } = fewWorlds[world] ?? {}
    if (!baseline || !other || !metrics) throw new Error(`there is no world ${world}`)
    const rng = random(3)
    const draws = resampling()
    // so far apart that each mode is right in some worlds and wrong in others
    const margins = new Map(metrics.map((metric) => [metric, metric === 'mse' ? 2000 : 0.3]))
    for (const differ of [2.5, 12, 40]) {
      const pair = differingIn(baseline, other, differ / rows)
      for (let run = 0; run < 4; run++) {
        const own = draw(run % 2 === 0 ? pair : { baseline: pair.candidate, candidate: pair.baseline }, rows, rng)
        for (const mode of mistakenModes) {
          const [quick, all] = [true, false].map((screened) => wrongOf(mode, own, metrics, margins, draws, screened))
          expect(new Set(quick), `${world}, ${differ}, ${mode}`).toEqual(new Set(all))
          for (const metric of metrics) seen.get(mode)?.add(all?.includes(metric) === true)
        }
      }
    }
  }
  for (const [mode, outcomes] of seen) expect(outcomes.size, mode).toBe(2)
})

it('a rate is missed where its whole interval at 99 % lies above 5.5 %', () => {
  const missedOf = (guard: number) =>
    reportFew(
      [
        {
          world: 'amounts: as good',
          metric: 'mae',
          rows: 200,
          differ: 40,
          runs: 1000,
          wrong: { guard, confident_worse: 0, superior: 0, non_inferior: null },
        },
      ],
      { seed: 1, short: false },
    )
  expect(missedOf(74).missed).toEqual([])
  expect(missedOf(74).targets).toHaveLength(3)
  expect(missedOf(75).missed).toEqual(['- amounts: as good, in 40 of 200 rows: mae: guard blocks: 7.5 % (75 of 1000), wanted ≤ 5.5 %'])
  expect(missedOf(75).text).toContain('1 of 3 targets are missed')
})
