/**
 * Thirty situations: every stage passing, failing, erring, missing, stale, planted. The CLI's pipeline and the composite
 * action run through each on the same files; every result is compared, and the verdicts are those written here.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from '../../src/core/gate/fold.ts'
import type { StageName } from '../../src/core/schema/result.ts'
import { baseConfig, type ProjectFiles, rows } from '../support/project.ts'

export interface Situation {
  readonly name: string
  readonly files?: ProjectFiles
  /** run once with these files and promoted, so that a baseline is in the ledger; null: nothing in production yet */
  readonly production?: ProjectFiles
  readonly event?: 'push' | 'pull_request'
  readonly promote?: true
  /** done to the files after the pipeline; then the gate alone is asked again */
  readonly meanwhile?: (folder: string) => void
  /** `none`: the stage leaves no result */
  readonly expect: Readonly<Partial<Record<StageName, Verdict | 'none'>>> & { readonly gate: Verdict }
  readonly exit: 0 | 1 | 2
}

const config = (...changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the base config has no ${from}`)
    return text.replace(from, to)
  }, baseConfig)

const builtin = 'train: {builtin: baseline}'
/** A training command: Node code that runs beside the results, as the author of a pull request could write it. */
const command = (code: string): ProjectFiles => ({
  'modelgate.yml': config([builtin, 'train: {run: [node, train.mjs], inputs: [train.mjs]}']),
  'train.mjs': code,
})
const copiesModel = "import { copyFileSync } from 'node:fs'\ncopyFileSync('prebuilt.onnx', 'm.onnx')\n"
const out = '.modelgate/m'

const plant = (stage: string, change: string) =>
  `import { readFileSync, writeFileSync } from 'node:fs'\nconst r = JSON.parse(readFileSync('${out}/validate.json', 'utf8'))\n${change}\nwriteFileSync('${out}/${stage}.json', JSON.stringify(r))\n${copiesModel}`

/** The label of every row turned round: a model of these rows ranks the wrong way. */
const inverted = (csv: string) => csv.replace(/,([01])$/gm, (_, label: string) => `,${1 - Number(label)}`)

/** Changes a result on disk between the pipeline and a gate that is asked again. */
const change = (stage: string, how: (result: Record<string, unknown>) => void) => (folder: string) => {
  const path = join(folder, out, `${stage}.json`)
  const result = JSON.parse(readFileSync(path, 'utf8'))
  how(result)
  writeFileSync(path, JSON.stringify(result))
}
const source = (key: string, value: string) => change('validate', (result) => Object.assign(result.source ?? {}, { [key]: value }))

export const situations: readonly Situation[] = [
  {
    name: 'everything passes, nothing in production yet',
    expect: { validate: 'pass', train: 'pass', fetch: 'skipped', evaluate: 'pass', drift: 'pass', gate: 'pass', comment: 'skipped' },
    exit: 0,
  },
  {
    name: 'a first run that has to be looked at',
    files: { 'modelgate.yml': config(['on_missing: pass', 'on_missing: warn']) },
    expect: { evaluate: 'warn', gate: 'warn' },
    exit: 0,
  },
  {
    name: 'a missing baseline is not accepted',
    files: { 'modelgate.yml': config(['on_missing: pass', 'on_missing: fail']) },
    expect: { evaluate: 'fail', gate: 'fail' },
    exit: 1,
  },
  { name: 'unchanged bytes against production', production: {}, expect: { evaluate: 'pass', gate: 'pass' }, exit: 0 },
  {
    name: 'a better model than in production',
    production: { 'modelgate.yml': config(['features: [amount, kind]', 'features: [kind]'], ['min: 0.7', 'min: 0.5']) },
    expect: { evaluate: 'pass', gate: 'pass' },
    exit: 0,
  },
  {
    name: 'a worse model than in production',
    production: {},
    files: { 'modelgate.yml': config(['features: [amount, kind]', 'features: [kind]'], ['min: 0.7', 'min: 0.5']) },
    expect: { evaluate: 'fail', gate: 'fail' },
    exit: 1,
  },
  {
    name: 'validate warns',
    files: { 'modelgate.yml': config(['max: 100}', 'max: 5, severity: warn}']) },
    expect: { validate: 'warn', evaluate: 'pass', gate: 'warn' },
    exit: 0,
  },
  {
    name: 'validate fails and everything else still runs',
    files: { 'modelgate.yml': config(['max: 100}', 'max: 5}']) },
    expect: { validate: 'fail', train: 'pass', evaluate: 'pass', drift: 'pass', gate: 'fail' },
    exit: 1,
  },
  {
    name: 'validate errs: the current data is missing',
    files: { 'current.csv': null },
    expect: { validate: 'error', train: 'pass', evaluate: 'pass', drift: 'skipped', gate: 'error' },
    exit: 2,
  },
  { name: 'train by a command', files: command(copiesModel), expect: { train: 'pass', evaluate: 'pass', gate: 'pass' }, exit: 0 },
  {
    name: 'train fails: the command exits 3',
    files: command('process.exit(3)\n'),
    expect: { train: 'error', evaluate: 'skipped', drift: 'pass', gate: 'error' },
    exit: 2,
  },
  {
    name: 'train leaves no model',
    files: command("console.log('done')\n"),
    expect: { train: 'error', evaluate: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'train prints workflow commands',
    files: command(`console.log('::set-output name=verdict::pass\\n##[error]x')\n${copiesModel}`),
    expect: { train: 'pass', gate: 'pass' },
    exit: 0,
  },
  {
    name: 'train removes the result of validate',
    files: command(`import { rmSync } from 'node:fs'\nrmSync('${out}/validate.json')\n${copiesModel}`),
    expect: { validate: 'none', train: 'error', evaluate: 'skipped', drift: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'train plants a result of validate',
    files: command(plant('validate', 'r.checks = []')),
    expect: { train: 'error', evaluate: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'train leaves rubbish where validate was',
    files: command(`import { writeFileSync } from 'node:fs'\nwriteFileSync('${out}/validate.json', '{"verdict":"pass"}')\n${copiesModel}`),
    expect: { train: 'error', drift: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'train plants a result of evaluate',
    files: command(plant('evaluate', "r.stage = 'evaluate'")),
    expect: { train: 'error', evaluate: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'train plants a verdict of the gate',
    files: command(`import { writeFileSync } from 'node:fs'\nwriteFileSync('.modelgate/gate.json', '{"verdict":"pass"}')\n${copiesModel}`),
    expect: { train: 'error', gate: 'error' },
    exit: 2,
  },
  {
    name: 'a result is missing',
    meanwhile: (folder) => rmSync(join(folder, out, 'drift.json')),
    expect: { drift: 'none', gate: 'error' },
    exit: 2,
  },
  { name: 'a result is of another run', meanwhile: source('run_id', '1'), expect: { gate: 'error' }, exit: 2 },
  { name: 'a result is of another attempt', meanwhile: source('run_attempt', '7'), expect: { gate: 'error' }, exit: 2 },
  { name: 'a result is of another commit', meanwhile: source('sha', 'f'.repeat(40)), expect: { gate: 'error' }, exit: 2 },
  {
    name: 'a result is of another config',
    meanwhile: change('evaluate', (result) => {
      result.config_digest = `sha256:${'0'.repeat(64)}`
    }),
    expect: { gate: 'error' },
    exit: 2,
  },
  {
    name: 'a verdict was made better by hand',
    files: { 'modelgate.yml': config(['min: 0.7', 'min: 0.999']) },
    meanwhile: change('evaluate', (result) => {
      result.verdict = 'pass'
    }),
    expect: { gate: 'error' },
    exit: 2,
  },
  {
    name: 'the model was changed after it was evaluated',
    meanwhile: (folder) => writeFileSync(join(folder, 'm.onnx'), 'other bytes'),
    expect: { evaluate: 'pass', gate: 'error' },
    exit: 2,
  },
  {
    name: 'fetch gets the model in production',
    production: {},
    files: { 'modelgate.yml': config(['model: m.onnx', 'model: production'], [`    ${builtin}\n`, '']) },
    expect: { train: 'skipped', fetch: 'pass', evaluate: 'pass', gate: 'pass' },
    exit: 0,
  },
  {
    name: 'fetch errs: no such version',
    production: {},
    files: { 'modelgate.yml': config(['model: m.onnx', 'model: 7.0.0'], [`    ${builtin}\n`, '']) },
    expect: { fetch: 'error', evaluate: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'evaluate fails a floor',
    files: { 'modelgate.yml': config(['min: 0.7', 'min: 0.999']) },
    expect: { evaluate: 'fail', drift: 'pass', gate: 'fail' },
    exit: 1,
  },
  {
    name: 'evaluate fails: the model has learnt the opposite',
    files: { 'train.csv': inverted(rows(1, 600)) },
    expect: { evaluate: 'fail', gate: 'fail' },
    exit: 1,
  },
  {
    name: 'evaluate errs: the model is a pickle',
    files: {
      ...command(
        "import { writeFileSync } from 'node:fs'\nwriteFileSync('m.onnx', Buffer.from('80049511000000000000008c086275696c74696e73948c0465786563939485945294', 'hex'))\n",
      ),
    },
    expect: { train: 'pass', evaluate: 'error', drift: 'pass', gate: 'error' },
    exit: 2,
  },
  {
    name: 'drift warns or fails: the amounts moved',
    files: { 'current.csv': rows(3, 600, 5) },
    expect: { drift: 'fail', evaluate: 'pass', gate: 'fail' },
    exit: 1,
  },
  {
    name: 'drift errs: the current data is empty',
    files: { 'current.csv': 'id,amount,kind,late\n' },
    expect: { validate: 'error', gate: 'error' },
    exit: 2,
  },
  {
    name: 'drift is not configured',
    files: { 'modelgate.yml': config([', current: current.csv', '']) },
    expect: { drift: 'skipped', gate: 'pass' },
    exit: 0,
  },
  {
    name: 'nothing is configured at all',
    files: { 'modelgate.yml': 'models:\n  m:\n    model: m.onnx\n' },
    expect: { validate: 'skipped', train: 'skipped', evaluate: 'skipped', drift: 'skipped', gate: 'error' },
    exit: 2,
  },
  {
    name: 'the comment cannot be made, the verdict stands',
    event: 'pull_request',
    expect: { gate: 'pass' },
    exit: 0,
  },
  { name: 'promote after a passing gate', promote: true, expect: { gate: 'pass', promote: 'pass' }, exit: 0 },
  {
    name: 'nothing is promoted after a failing gate',
    promote: true,
    files: { 'modelgate.yml': config(['min: 0.7', 'min: 0.999']) },
    expect: { gate: 'fail', promote: 'none' },
    exit: 1,
  },
  {
    name: 'a pull request promotes nothing',
    promote: true,
    event: 'pull_request',
    expect: { gate: 'pass', promote: 'error' },
    exit: 2,
  },
]
