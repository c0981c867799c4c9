/** Users start the command line with their Node, which may be older than that of the actions and of these tests: what is new in 24 fails here before it is in dist. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { commandLine } from '../../support/command-line.ts'
import { baseConfig, makeProject } from '../../support/project.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'
import { usersNode } from '../../support/users-node.ts'

/** a second model that is a command: nothing but its score goes another way */
const scored = baseConfig
  .replace(/^ledger:.*\n/m, '')
  .replace(/^models:\n {2}m:\n/, '  s:\n')
  .replace(/^ {4}(model|train):.*\n/gm, '')
  .replace('    evaluate:', '    model: score.mjs\n    format: opaque\n    score: {run: node score.mjs $MODEL $DATA $OUT}\n    evaluate:')
const score = `import { readFileSync, writeFileSync } from 'node:fs'
const [, data, out] = process.argv.slice(2)
const [head, ...lines] = readFileSync(data, 'utf8').trim().split('\\n')
const at = head.split(',').indexOf('amount')
writeFileSync(out, 'probability\\n' + lines.map((line) => Number(line.split(',')[at]) / 10).join('\\n'))
`

it('every stage runs on the Node that the tests were started with', { timeout: 120_000 }, async () => {
  const project = makeProject({ 'score.mjs': score, 'modelgate.yml': baseConfig.replace('ledger:', `${scored}ledger:`) })
  const modelgate = (...args: string[]) =>
    runNode([commandLine(), ...args], { node: usersNode(), cwd: project.folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
  const verdicts = (...stages: string[]) =>
    stages.map((stage) => JSON.parse(readFileSync(join(project.folder, '.modelgate', `${stage}.json`), 'utf8')).verdict)
  try {
    const first = await modelgate('run', '--promote')
    expect(first.code, first.stderr).toBe(0)
    const passed = [
      'm/validate',
      'm/train',
      'm/evaluate',
      'm/drift',
      's/validate',
      's/evaluate',
      's/drift',
      'gate',
      'm/promote',
      's/promote',
    ]
    expect(verdicts(...passed)).toEqual(passed.map(() => 'pass'))

    // against what is in production now
    project.write({ 'score.mjs': score.replace('/ 10', '/ -10 + 1') })
    const worse = await modelgate('run')
    expect(worse.code, worse.stderr).toBe(1)
    expect(verdicts('m/evaluate', 's/evaluate', 'gate')).toEqual(['pass', 'fail', 'fail'])

    // older ones have no zstd
    project.write({ 'score.mjs': null, 'packed.bin': zstdCompressSync(Uint8Array.from([0x80, 4, 0x4b, 1, 0x2e])) })
    project.write({ 'modelgate.yml': `models:\n${scored.replace('model: score.mjs', 'model: packed.bin')}` })
    const pickled = await modelgate('evaluate')
    expect(pickled.code, pickled.stderr).toBe(2)
    expect(pickled.stderr).toMatch(/MODEL_UNSAFE_FORMAT: packed\.bin .*pickle/)
  } finally {
    project.remove()
  }
})
