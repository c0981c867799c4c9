/**
 * What can be set against `shift`: one entry a metric. The docs, the words of checks and the judge are made from this table.
 *
 * Limits are on the metric's own scale; the defaults are about as far as JS* 0.1 and 0.2. `asJs` gives the JS distance that a limit is about
 * worth: rows needed and `certainty: strict` are worked out there, where the law of chance is known.
 */
import type { DriftMetric } from '../schema/config.ts'

/** Of one column; null: there is no such figure for its kind. */
export type Sizes = Readonly<Record<DriftMetric, { readonly raw: number; readonly corrected: number } | null>>

interface MetricEntry {
  /** as people read it; the star says that the upward bias of sampling was taken off */
  readonly name: string
  readonly corrected: boolean
  readonly summary: string
  readonly limits: { readonly warn: number; readonly fail: number }
  readonly asJs: (limit: number) => number
}

const same = (limit: number) => limit

export const driftMetricTable: Readonly<Record<DriftMetric, MetricEntry>> = {
  js: {
    name: 'JS',
    corrected: true,
    summary: 'Jensen–Shannon distance, base 2, 0 to 1: one scale for every kind of column',
    limits: { warn: 0.1, fail: 0.2 },
    asJs: same,
  },
  psi: {
    name: 'PSI',
    corrected: true,
    summary: 'population stability index, from 0 up; grows with the rows where a cell of the reference is empty',
    limits: { warn: 0.1, fail: 0.25 },
    asJs: (limit) => Math.min(1, Math.sqrt(limit / (8 * Math.LN2))),
  },
  ks: {
    name: 'KS',
    corrected: false,
    summary: 'largest gap of the cumulative shares, 0 to 1; numbers only',
    limits: { warn: 0.1, fail: 0.2 },
    asJs: same,
  },
  wasserstein: {
    name: 'W1',
    corrected: false,
    summary: 'first Wasserstein distance in standard deviations of the reference, from 0 up; numbers only',
    limits: { warn: 0.25, fail: 0.5 },
    asJs: (limit) => Math.min(1, 0.4 * limit),
  },
  tvd: {
    name: 'TVD',
    corrected: false,
    summary: 'total variation, 0 to 1: the part of the rows that would have to change cell',
    limits: { warn: 0.1, fail: 0.2 },
    asJs: same,
  },
  linf: {
    name: 'L∞',
    corrected: false,
    summary: 'largest change of the share of one cell, 0 to 1',
    limits: { warn: 0.1, fail: 0.2 },
    asJs: same,
  },
  cramers_v: {
    name: 'V',
    corrected: true,
    summary: "Cramér's V with Bergsma's correction, 0 to 1",
    limits: { warn: 0.12, fail: 0.24 },
    asJs: (limit) => limit / 1.2,
  },
  null_rate: {
    name: 'change of missing values',
    corrected: false,
    summary: 'absolute change of the share of missing values, 0 to 1',
    limits: { warn: 0.01, fail: 0.05 },
    asJs: same,
  },
}

/** Limits for labels and predictions, half as far on the scale of JS*: PSI is a square, a quarter of it is half as far. */
export function halved(metric: DriftMetric, { warn, fail }: { readonly warn: number; readonly fail: number }) {
  const part = metric === 'psi' ? 0.25 : 0.5
  return { warn: warn * part, fail: fail * part }
}

/** `JS*`, or `JS` where it was asked for raw. */
export const metricName = (metric: DriftMetric, raw: boolean): string => {
  const { name, corrected } = driftMetricTable[metric]
  return corrected && !raw ? `${name}*` : name
}
