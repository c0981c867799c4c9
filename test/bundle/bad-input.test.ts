/** Bad input, as people meet it: one clear sentence, exit 2, and everything that was there before is still there. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { classifierWithZipMap, endlessModel, identityModel, modelOf, nanModel, node, tensorOf } from '../support/onnx-models.ts'
import { baseConfig, makeProject, type ProjectFiles, rows } from '../support/project.ts'
import { projectRoot, runNode } from '../support/spawn.ts'
import { usersNode } from '../support/users-node.ts'

/** as users start it, on their Node */
const modelgate = (cwd: string, ...args: string[]) =>
  runNode([join(projectRoot, 'dist', 'cli.js'), ...args], { node: usersNode(), cwd, env: { MODELGATE_RUNTIME_DIR: projectRoot } })

interface Case {
  readonly name: string
  readonly files: ProjectFiles
  readonly args: readonly string[]
  readonly says: RegExp
}

const config = (from: string | RegExp, to: string) => ({ 'modelgate.yml': baseConfig.replace(from, to) })
const withModel = (bytes: Uint8Array, change: readonly [string, string] = ['', '']): ProjectFiles => ({
  'm.onnx': bytes,
  'modelgate.yml': baseConfig
    .replace('    train: {builtin: baseline}\n', '')
    .replace(', features: [amount, kind]', '')
    .replace(...change),
})
const withTest = (change: (line: string, row: number) => string, more = ''): ProjectFiles => {
  const [head = '', ...lines] = rows(2, 600).trimEnd().split('\n')
  return { ...withModel(identityModel('amount')), 'test.csv': `${[head + more, ...lines.map(change)].join('\n')}\n` }
}
const twoClasses = classifierWithZipMap({ width: 1, labels: ['no', 'yes'], coefficients: [-1, 1], intercepts: [5, -5] })
const ofThree = (name: string): ProjectFiles => ({
  [name]: baseConfig
    .replace('    train: {builtin: baseline}\n', '')
    .replace('task: binary', 'task: multiclass')
    .replace(', positive: 1', '')
    .replace('[amount, kind]', '[amount]')
    .replace('roc_auc: {min: 0.7, max_drop: 2pp}', 'accuracy: {min: 0.1}'),
})
/** the mean of all rows, and not one of each */
const oneScore = modelOf({
  node: [node('ReduceMean', ['amount'], ['score'])],
  input: [tensorOf('amount', 'float', 'n', 1)],
  output: [tensorOf('score', 'float', 'n', 1)],
})
const command = (code: string): ProjectFiles => ({
  ...config('{builtin: baseline}', '{run: [node, train.mjs]}'),
  'train.mjs': code,
  'm.onnx': 'the model of last week',
})
const parquetHead = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200, 7)])

const cases: readonly Case[] = [
  {
    name: 'a config with a typo',
    files: config('max_drop', 'max_dorp'),
    args: ['run'],
    says: /modelgate\.yml:12:\d+ UNKNOWN_KEY .*max_dorp.*[Dd]id you mean max_drop/,
  },
  { name: 'a config with a tab', files: config('    task: binary', '\ttask: binary'), args: ['run'], says: /modelgate\.yml:3.*tab/i },
  { name: 'a config that is not there', files: { 'modelgate.yml': null }, args: ['run'], says: /modelgate\.yml/ },
  {
    name: 'a key that is not built yet',
    files: config('task: binary', 'device: cuda'),
    args: ['run'],
    says: /modelgate\.yml:3.*not available in this version/,
  },
  { name: 'an unknown model', files: {}, args: ['run', '--model', 'n'], says: /UNKNOWN_MODEL.*\bm\b/s },
  { name: 'an unknown verb', files: {}, args: ['evalute'], says: /did you mean evaluate/ },
  { name: 'an unknown option', files: {}, args: ['run', '--modle', 'm'], says: /did you mean --model/ },
  { name: 'a missing data file', files: { 'test.csv': null }, args: ['validate'], says: /DATA_MISSING.*test\.csv/ },
  { name: 'an empty data file', files: { 'test.csv': '' }, args: ['validate'], says: /DATA_EMPTY.*test\.csv/ },
  { name: 'a CSV with a ragged row', files: { 'test.csv': `${rows(2, 300)}1,2\n` }, args: ['validate'], says: /test\.csv:302/ },
  {
    name: 'a Parquet cut in half',
    files: { 'test.parquet': parquetHead, ...config('test: test.csv', 'test: test.parquet') },
    args: ['validate'],
    says: /test\.parquet/,
  },
  { name: 'a column that is not there', files: config('target: late', 'target: lateness'), args: ['validate'], says: /lateness/ },
  {
    name: 'a target that is all one class',
    files: { 'train.csv': rows(1, 300).replace(/,[01]$/gm, ',1') },
    args: ['run'],
    says: /one class|single class|only one/i,
  },
  ...(['validate', 'train', 'evaluate'] as const).map((stage) => ({
    name: `data that is not what its sha256 pins, in ${stage}`,
    files: {
      ...withModel(identityModel('amount')),
      'modelgate.yml': (stage === 'train' ? baseConfig : baseConfig.replace('    train: {builtin: baseline}\n', '')).replace(
        /(train|test): (\w+\.csv)/g,
        `$1: {path: $2, sha256: '${'0'.repeat(64)}'}`,
      ),
    },
    args: [stage],
    says: /DATA_DIGEST: (train|test)\.csv has sha256:/,
  })),
  {
    name: 'a model that is a pickle',
    files: withModel(Buffer.from('80049511000000000000008c086275696c74696e73948c0465786563939485945294', 'hex')),
    args: ['evaluate'],
    says: /MODEL_UNSAFE_FORMAT.*m\.onnx/,
  },
  { name: 'a model that is an empty file', files: withModel(new Uint8Array()), args: ['evaluate'], says: /MODEL_EMPTY.*m\.onnx/ },
  {
    name: 'a model that is not there',
    files: withModel(new Uint8Array(), ['model: m.onnx', 'model: n.onnx']),
    args: ['evaluate'],
    says: /n\.onnx/,
  },
  { name: 'a model that wants columns the data lacks', files: withModel(identityModel('weight')), args: ['evaluate'], says: /weight/ },
  {
    name: 'a label that is missing',
    files: withTest((line, i) => (i === 7 ? line.replace(/[01]$/, '') : line)),
    args: ['evaluate'],
    says: /LABELS_MISSING: 'late' is missing in 1 of 600 rows/,
  },
  {
    name: 'a label of a class that the model does not know',
    files: {
      ...withTest((line, i) => (i < 9 ? line.replace(/[01]$/, 'lost') : line.replace(/0$/, 'no').replace(/1$/, 'yes'))),
      ...ofThree('modelgate.yml'),
      'm.onnx': twoClasses,
    },
    args: ['evaluate'],
    says: /LABEL_UNSEEN: 'late' of test\.csv has a label that m\.onnx does not know in 9 of 600 rows/,
  },
  {
    name: 'scores outside [0, 1] where a threshold is to make classes of them',
    files: withModel(identityModel('amount'), ['roc_auc: {min: 0.7, max_drop: 2pp}', 'accuracy: {min: 0.7}']),
    args: ['evaluate'],
    says: /SCORES_OUTSIDE: scores of m\.onnx lie outside \[0, 1\] in \d+ of 600 rows/,
  },
  {
    name: 'scores outside [0, 1] where probabilities are asked for',
    files: withModel(identityModel('amount'), ['roc_auc: {min: 0.7, max_drop: 2pp}', 'log_loss: {max: 0.7}']),
    args: ['evaluate'],
    says: /a score is no probability/,
  },
  {
    name: 'fewer scores than rows',
    files: withModel(oneScore),
    args: ['evaluate'],
    says: /MODEL_OUTPUT: output 'score' of m\.onnx has 1 value for 600 rows/,
  },
  {
    name: 'a row that is there twice',
    files: withTest((line) => line.replace(/^20000[0-4]/, '200000')),
    args: ['evaluate'],
    says: /IDS_REPEATED: 'id' of test\.csv.* in 4 of 600 rows/,
  },
  {
    name: 'a weight that is negative',
    files: {
      ...withTest((line, i) => `${line},${i === 3 ? -1 : 2}`, ',w'),
      ...withModel(identityModel('amount'), ['id: id', 'id: id, weight: w']),
    },
    args: ['evaluate'],
    says: /WEIGHT_INVALID: 'w' of test\.csv, which is data\.weight, is negative in 1 of 600 rows/,
  },
  { name: 'a model that returns NaN', files: withModel(nanModel('amount')), args: ['evaluate'], says: /NaN|not finite|non-finite/ },
  {
    name: 'a model that never ends',
    files: withModel(endlessModel('amount'), ['    promote:', '    limits: {time: 2s}\n    promote:']),
    args: ['evaluate'],
    says: /MODEL_RESOURCE_LIMIT/,
  },
  { name: 'a train command that fails', files: command('process.exit(3)\n'), args: ['train'], says: /COMMAND_FAILED.*3/ },
  {
    name: 'a train command that is not there',
    files: config('{builtin: baseline}', '{run: no-such-program --x}'),
    args: ['train'],
    says: /no-such-program/,
  },
  {
    name: 'a train command that prints ::set-output and leaves no model',
    files: command("console.log('::set-output name=verdict::pass')\n"),
    args: ['train'],
    says: /MODEL_NOT_WRITTEN.*m\.onnx/,
  },
]

describe('bad input', () => {
  it.each(cases)('$name', { timeout: 60_000 }, async ({ files, args, says }) => {
    const project = makeProject(files)
    try {
      const before = snapshot(project.folder)
      const done = await modelgate(project.folder, ...args)
      expect(done.stderr).toMatch(says)
      expect(done.code, done.stderr).toBe(2)
      expect(done.stderr, 'the user is not shown our stack').not.toMatch(/^\s+at .*\.js:\d+/m)
      expect(done.stdout).not.toMatch(/^::/m)
      expect(done.stderr).not.toMatch(/^::/m)
      expect(snapshot(project.folder)).toEqual(before)
    } finally {
      project.remove()
    }
  })

  it('a config that does not parse is status 2 each time, though the engine has begun', { timeout: 60_000 }, async () => {
    const project = makeProject({ 'modelgate.yml': 'modles: {}\n' })
    try {
      for (let turn = 0; turn < 20; turn++) {
        const done = await modelgate(project.folder, 'validate')
        expect(done.code, done.stderr).toBe(2)
      }
    } finally {
      project.remove()
    }
  })
})

/** path → digest of everything but our own out folder */
function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('.modelgate') && !file.startsWith('ledger.git') && statSync(join(folder, file)).isFile(),
  )
  return Object.fromEntries(
    files.sort().map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  )
}
