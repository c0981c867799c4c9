/** `evaluate.calibration` as it is written → as the program uses it. */
import { z } from 'zod'
import { binnings } from '../stats/calibration-bins.ts'
import { type CalibrationSpec, usualCalibration } from './config.ts'
import { choice, readLevel, section } from './leaves.ts'
import { limit, neverWarns, thresholds, wholeNumber } from './limits.ts'
import { whenWritten } from './partly.ts'
import { shown } from './problems.ts'

const level = 'expected a level above 0 and below 1, such as 0.01'

export const calibration = whenWritten(() =>
  section({
    max_excess: limit.optional(),
    p: z
      .number({ error: level })
      .refine((p) => p > 0 && p < 1, { error: level, abort: true })
      .optional(),
    bins: wholeNumber(2, 1000).optional(),
    binning: choice(binnings).optional(),
  }).transform(({ max_excess: written, ...given }, context): CalibrationSpec => {
    const refuse = (message: string, word: string | null = null) => {
      context.issues.push({ code: 'custom', message, input: written, path: ['max_excess', ...(word === null ? [] : [word])] })
      return null
    }
    if (written === undefined) return { ...usualCalibration, ...said(given) }
    const read = (text: number | string, word: string | null) => {
      const value = readLevel(String(text).trim())
      return value !== null && value >= 0 && value < 1
        ? value
        : refuse(`${shown(String(text))} is no calibration error: write a share below 1, such as 0.05`, word)
    }
    const maxExcess = typeof written === 'object' ? thresholds(written, read) : thresholds({ fail: written }, (text) => read(text, null))
    if (typeof written === 'object' && written.fail === undefined && written.warn === undefined) refuse('write warn, fail or both')
    if (maxExcess.warn !== undefined && maxExcess.fail !== undefined && maxExcess.warn > maxExcess.fail) refuse(neverWarns)
    return { ...usualCalibration, maxExcess, ...said(given) }
  }),
)

type Given = { readonly [K in 'p' | 'bins' | 'binning']?: CalibrationSpec[K] | undefined }

const said = ({ p, bins, binning }: Given) => ({
  ...(p === undefined ? {} : { p }),
  ...(bins === undefined ? {} : { bins }),
  ...(binning === undefined ? {} : { binning }),
})
