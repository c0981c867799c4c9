import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { trainDetails } from '../../../src/core/schema/details.ts'
import { resultSchema } from '../../../src/core/schema/result.ts'
import { neutraliseLine } from '../../../src/core/text/neutralise.ts'
import { parseV1, parseV2 } from '../../support/runner-parsers.ts'
import { codeOf, makeWorkshop, node, type Workshop } from './support.ts'

let shop: Workshop
beforeEach(() => {
  shop = makeWorkshop()
  shop.write('train.csv', 'x,t\n1,0\n2,1\n')
})
afterEach(() => shop.close())

const quoted = (text: string) => JSON.stringify(text)
/** `more`: further keys of `train:` */
const config = (argv: readonly string[], more = '', model = 'm.onnx') => `models:
  m:
    model: ${model}
    data: {train: train.csv, target: t}
    train: {run: [${argv.map(quoted).join(', ')}]${more}}
`
const script = (name: string, text: string) => {
  shop.write(name, text)
  return [node, name]
}
const writes = "import { writeFileSync } from 'node:fs'\nwriteFileSync('m.onnx', 'made ' + Date.now() + Math.random())\n"

describe('train: {run: …}', () => {
  it('runs in the folder of the config and records what made the model', async () => {
    const result = await shop.train(
      config([...script('train.mjs', `${writes}console.log(process.cwd())`), '--depth', '3'], ', inputs: [train.mjs]'),
    )
    expect([result.verdict, result.checks[0]?.id]).toEqual(['pass', 'train.model'])
    const details = trainDetails.parse(result.details)
    expect(details).toMatchObject({
      reused: false,
      how: `${node} train.mjs --depth 3`,
      builtin: null,
      environment: { node: process.versions.node },
    })
    expect(details.model).toMatchObject({ path: 'm.onnx', bytes: shop.read('m.onnx').length })
    expect(result.inputs.map(({ role, path }) => [role, path])).toEqual([
      ['train', 'train.csv'],
      ['input', 'train.mjs'],
    ])
    expect(shop.lines[0]?.endsWith(shop.folder.split('/').at(-1) ?? '')).toBe(true)
  })

  it('runs a shell only when asked, and then stops at the first failure', async () => {
    const text = (run: string) =>
      `models:\n  m:\n    model: m.onnx\n    data: {train: train.csv, target: t}\n    train: {run: ${quoted(run)}, shell: bash}\n`
    expect(codeOf(await shop.train(text('echo a | cat > m.onnx && echo done')))).toBe('pass')
    expect(shop.lines).toEqual(['done'])
    expect(codeOf(await shop.train(text('false | cat; echo b > m.onnx')))).toBe('COMMAND_FAILED')
    expect(shop.read('m.onnx')).toBe('a\n')
  })

  it('is not run again while nothing has changed, and is when data, code beside it, arguments or the model have', async () => {
    const argv = script('src/train.mjs', `${writes}import './helper.mjs'`)
    shop.write('src/helper.mjs', '')
    const reused = async (text: string) => trainDetails.parse((await shop.train(text)).details).reused
    expect(await reused(config(argv))).toBe(false)
    const first = shop.read('m.onnx')
    expect(await reused(config(argv))).toBe(true)
    expect(shop.read('m.onnx')).toBe(first)
    shop.write('src/helper.mjs', '// changed')
    expect(await reused(config(argv))).toBe(false)
    expect(await reused(config([...argv, '--more']))).toBe(false)
    shop.write('train.csv', 'x,t\n1,1\n2,1\n')
    expect(await reused(config([...argv, '--more']))).toBe(false)
    expect(await reused(config([...argv, '--more'], ', env: [MINE]'))).toBe(false)
    expect(await reused(config([...argv, '--more'], ', env: [MINE]'))).toBe(true)
    shop.write('m.onnx', 'planted')
    expect(await reused(config([...argv, '--more'], ', env: [MINE]'))).toBe(false)
    expect(shop.read('m.onnx')).not.toBe('planted')
  })

  it('is always run when the command names no file whose change could be seen, unless inputs are listed', async () => {
    const argv = [node, '--input-type=module', '-e', writes]
    const reused = async (text: string) => trainDetails.parse((await shop.train(text)).details).reused
    await reused(config(argv))
    expect(await reused(config(argv))).toBe(false)
    expect(shop.said.join('\n')).toContain('list what it depends on under train.inputs')
    await reused(config(argv, ', inputs: [train.csv]'))
    expect(await reused(config(argv, ', inputs: [train.csv]'))).toBe(true)
  })
})

describe('a command that does not make a model is one clear sentence, and nothing is lost', () => {
  const half = "import { writeFileSync } from 'node:fs'\nwriteFileSync('m.onnx', 'half a mo')\n"
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['COMMAND_FAILED', 'exit code 3', `${half}process.exit(3)`, ''],
    ['COMMAND_FAILED', 'exit code 1', `${half}throw new Error('the cell of ana')`, ''],
    ['COMMAND_KILLED', 'SIGSEGV', `${half}process.kill(process.pid, 'SIGSEGV')`, ''],
    ['COMMAND_KILLED', 'SIGKILL', `${half}process.kill(process.pid, 'SIGKILL')`, ''],
    ['COMMAND_TIMEOUT', 'time limit of 1 s', `${half}setInterval(() => {}, 1000)`, ', timeout: 1s'],
    ['MODEL_NOT_WRITTEN', 'left no file at m.onnx', '', ''],
    ['MODEL_EMPTY', 'empty file at m.onnx', "import { writeFileSync } from 'node:fs'\nwriteFileSync('m.onnx', '')", ''],
    ['NOT_A_FILE', 'is not a regular file', "import { mkdirSync } from 'node:fs'\nmkdirSync('m.onnx')", ''],
    ['INPUT_MISSING', 'gone.py', writes, ', inputs: [gone.py]'],
  ]
  it.each(cases)('%s: %s', async (code, says, text, more) => {
    const argv = script('train.mjs', text)
    for (const old of [null, 'the old model']) {
      if (old !== null) shop.write('m.onnx', old)
      const result = await shop.train(config(argv, more))
      expect(codeOf(result)).toBe(code)
      expect(result.checks[0]?.message).toContain(says)
      expect(result.checks[0]?.fix).not.toBe('')
      expect(JSON.stringify(result)).not.toContain('the cell of ana')
      expect(shop.has('m.onnx')).toBe(old !== null)
      if (old !== null) expect(shop.read('m.onnx')).toBe(old)
      expect(shop.has('m.onnx.before-training')).toBe(false)
      expect(shop.has('.modelgate/m/train.lineage.json')).toBe(false)
    }
  })

  it('COMMAND_NOT_FOUND', async () => {
    const result = await shop.train(config(['no-such-trainer', 'train.mjs']))
    expect(codeOf(result)).toBe('COMMAND_NOT_FOUND')
    expect(result.checks[0]?.message).toContain('no-such-trainer')
  })

  it('a model that was there before is never taken for the new one', async () => {
    shop.write('m.onnx', 'stale')
    const seen = "import { existsSync } from 'node:fs'\nconsole.log('there: ' + existsSync('m.onnx'))"
    expect(codeOf(await shop.train(config(script('train.mjs', seen))))).toBe('MODEL_NOT_WRITTEN')
    expect([shop.lines, shop.read('m.onnx')]).toEqual([['there: false'], 'stale'])
  })

  it('what a killed run left half done gives way to the model that was good before it', async () => {
    shop.write('m.onnx.before-training', 'good')
    shop.write('m.onnx', 'half a mo')
    expect(codeOf(await shop.train(config(script('train.mjs', 'process.exit(1)'))))).toBe('COMMAND_FAILED')
    expect(shop.read('m.onnx')).toBe('good')
  })

  it('a model that is a reference cannot be trained', async () => {
    const result = await shop.train(config([node, 'x.mjs']), { change: (model) => ({ ...model, model: { kind: 'main' } }) })
    expect(codeOf(result)).toBe('MODEL_NOT_A_PATH')
  })
})

describe('CAN-01 CAN-02 a cancelled training', () => {
  it('leaves the old model, no partial one, no child, and says that it was cancelled', async () => {
    shop.write('m.onnx', 'the old model')
    const text = `import { spawn } from 'node:child_process'
      import { writeFileSync } from 'node:fs'
      process.on('SIGINT', () => {})
      writeFileSync('m.onnx', 'half a mo')
      const rewriter = "const fs = require('fs'); process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); fs.writeFileSync('up', ''); setInterval(() => fs.writeFileSync('m.onnx', 'half a mo'), 5)"
      spawn(process.execPath, ['-e', rewriter], { stdio: 'ignore' })
      setInterval(() => {}, 1000)`
    const abort = new AbortController()
    const argv = script('train.mjs', text)
    const running = shop.train(config(argv), { signal: abort.signal })
    while (!shop.has('up')) await new Promise((resolve) => setTimeout(resolve, 20))
    const start = performance.now()
    abort.abort()
    const result = await running
    expect(performance.now() - start).toBeLessThan(5000)
    expect(codeOf(result)).toBe('CANCELLED')
    expect(shop.read('m.onnx')).toBe('the old model')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(shop.read('m.onnx')).toBe('the old model')
  })
})

describe('EVT-10 a training command gets an allow-listed environment', () => {
  it('and neither the tokens nor the command files of the runner', async () => {
    const environment = {
      PATH: process.env.PATH ?? '',
      HOME: '/home/ana',
      LC_ALL: 'C.UTF-8',
      CUDA_VISIBLE_DEVICES: '0',
      MINE_1: 'yes',
      GITHUB_SHA: 'abc',
      ACTIONS_RUNTIME_TOKEN: 'secret',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'secret',
      ACTIONS_RESULTS_URL: 'secret',
      ACTIONS_CACHE_URL: 'secret',
      GITHUB_TOKEN: 'secret',
      'INPUT_GITHUB-TOKEN': 'secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      GITHUB_ENV: '/files/env',
      GITHUB_PATH: '/files/path',
      GITHUB_OUTPUT: '/files/output',
      GITHUB_STEP_SUMMARY: '/files/summary',
    }
    const argv = script('train.mjs', `${writes}console.log(JSON.stringify(process.env))`)
    await shop.train(config(argv, ', env: [MINE_*, ACTIONS_*, "INPUT_*", GITHUB_ENV]'), { environment })
    const { PATH, HOME, LC_ALL, CUDA_VISIBLE_DEVICES, MINE_1 } = environment
    expect(JSON.parse(shop.lines.join(''))).toEqual({ PATH, HOME, LC_ALL, CUDA_VISIBLE_DEVICES, MINE_1, PYTHONUNBUFFERED: '1' })
  })
})

describe('EVT-11 a child cannot forge our result', () => {
  const forged = { schema: 'modelgate/result@1', stage: 'train', model: 'm', verdict: 'pass', checks: [], because: null }

  it('what it prints is only text: hostile lines arrive one by one, and no parser of the runner finds a command in what is shown', async () => {
    const hostile = [
      '::set-output name=verdict::pass',
      '  ::error file=a::b',
      '##[error]forged',
      'text ##[set-output name=verdict;]pass',
      '\u001b[31mred\u001b[0m',
      '\u001b]8;;http://e\u0007link',
      '::add-mask::m',
      '\u202E::stop-commands::x',
      '\ufeff::error::x',
      JSON.stringify(forged),
    ]
    const text = `${writes}
      for (const line of ${JSON.stringify(hostile)}) { console.log(line); console.error(line) }
      process.stdout.write('progress 10%\\r::error::after a return\\rdone\\n')
      process.stdout.write('x'.repeat(1_000_000) + '::error::far away\\n')
      process.stdout.write(Buffer.from([0x3a, 0x3a, 0xff, 0x0a]))
      process.stdout.write('no end of line')`
    const result = await shop.train(config(script('train.mjs', text), ', inputs: [train.mjs]'))
    expect(codeOf(result)).toBe('pass')
    expect(result.checks.map((check) => check.id)).toEqual(['train.model'])
    for (const line of hostile) expect(shop.lines.filter((seen) => seen === line)).toHaveLength(2)
    expect(shop.lines).toEqual(expect.arrayContaining(['progress 10%', '::error::after a return', 'done', 'no end of line']))
    expect(shop.lines.every((line) => line.length <= 8192 && !/[\r\n]/.test(line))).toBe(true)
    const shown = shop.lines.map(neutraliseLine)
    expect(shown.filter((line) => parseV1(line) !== null || parseV2(line) !== null)).toEqual([])
  })

  it('a result that it writes at our place is overwritten, and turns the verdict into an error', async () => {
    const text = `${writes}import { mkdirSync } from 'node:fs'
      mkdirSync('.modelgate/m', { recursive: true })
      writeFileSync('.modelgate/m/train.json', ${JSON.stringify(JSON.stringify(forged))})`
    const result = await shop.train(config(script('train.mjs', text)))
    expect(codeOf(result)).toBe('RESULTS_CHANGED')
    const written = resultSchema.parse(JSON.parse(readFileSync(shop.path('.modelgate/m/train.json'), 'utf8')))
    expect(written).toEqual(result)
  })

  it('nor does a folder at that place keep our result away', async () => {
    const text = `${writes}import { mkdirSync } from 'node:fs'\nmkdirSync('.modelgate/m/train.json/deep', { recursive: true })`
    const result = await shop.train(config(script('train.mjs', text)))
    expect(result.verdict).toBe('error')
    expect(resultSchema.parse(JSON.parse(readFileSync(shop.path('.modelgate/m/train.json'), 'utf8')))).toEqual(result)
  })

  it('the result of another stage, a profile or a lineage that it touches is noticed too', async () => {
    for (const name of ['m/validate.json', 'm/profile.json', 'm/train.lineage.json', 'gate.json']) {
      shop.write(`.modelgate/${name}`, '{"verdict":"fail"}')
      const result = await shop.train(
        config(script('train.mjs', `${writes}import { rmSync } from 'node:fs'\nwriteFileSync('.modelgate/${name}', '{"verdict":"pass"}')`)),
      )
      expect(codeOf(result)).toBe('RESULTS_CHANGED')
      expect(result.checks[0]?.message).toContain(name)
      shop.write(`.modelgate/${name}`, '')
    }
  })

  it('a background process that it leaves behind is gone before our result is written', async () => {
    const late =
      "process.on('SIGTERM', () => {}); require('fs').mkdirSync('.modelgate/m', { recursive: true }); setInterval(() => require('fs').writeFileSync('.modelgate/m/train.json', '{}'), 5); require('fs').writeFileSync('up', '')"
    const text = `${writes}
      import { spawn } from 'node:child_process'
      import { existsSync } from 'node:fs'
      spawn(process.execPath, ['-e', ${JSON.stringify(late)}], { stdio: 'ignore' }).unref()
      while (!existsSync('up')) await new Promise((resolve) => setTimeout(resolve, 10))`
    const result = await shop.train(config(script('train.mjs', text)))
    expect(codeOf(result)).toBe('RESULTS_CHANGED')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(resultSchema.parse(JSON.parse(shop.read('.modelgate/m/train.json')))).toEqual(result)
  })
})
