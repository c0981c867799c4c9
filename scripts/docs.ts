/**
 * What would be said twice is generated: `<stage>/action.yml` from the table of actions, the tables of the READMEs from action.yml.
 *
 *     node scripts/docs.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { actions, type InputSpec, inputs, outputs } from '../src/actions/table.ts'
import { type StageName, stageNames } from '../src/core/schema/result.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

export function actionYml(stage: StageName): string {
  const action = actions[stage]
  const described = action.inputs.map((name): [string, { description: string; default: string }] => {
    const spec: InputSpec = inputs[name]
    return [name, { description: spec.description, default: spec.default ?? '' }]
  })
  const content = {
    name: action.title,
    description: action.description,
    author: 'Modelgate',
    branding: { icon: action.icon, color: 'purple' },
    inputs: Object.fromEntries(described),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, description]) => [name, { description }])),
    runs: { using: 'node24', main: `../dist/${stage}.js` },
  }
  return `# Generated from src/actions/table.ts by scripts/docs.ts.\n${stringify(content, { lineWidth: 0 })}`
}

const actionFile = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
})

const cell = (text: string) => text.replaceAll('|', '\\|')
const code = (text: string) => (text === '' ? '' : `\`${text}\``)

/** Tables of an action.yml, between the marks of its README. */
export function tables(yml: string): string {
  const { inputs: takes, outputs: gives } = actionFile.parse(parse(yml))
  return [
    '| input | default | |',
    '|---|---|---|',
    ...Object.entries(takes).map(([name, input]) => `| \`${name}\` | ${cell(code(input.default))} | ${cell(input.description)} |`),
    '',
    '| output | |',
    '|---|---|',
    ...Object.entries(gives).map(([name, output]) => `| \`${name}\` | ${cell(output.description)} |`),
  ].join('\n')
}

const begin = '<!-- generated from action.yml by scripts/docs.ts -->'
const end = '<!-- end of generated -->'

/** The README with its tables renewed. @throws when its marks are not there */
export function withTables(readme: string, yml: string): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new Error(`a README needs the marks ${begin} and ${end}`)
  return `${readme.slice(0, from + begin.length)}\n${tables(yml)}\n${readme.slice(to)}`
}

/** Path → content, as it must lie in the repository. The root README only where it has the marks. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const stage of stageNames) {
    const yml = actionYml(stage)
    found.set(`${stage}/action.yml`, yml)
    found.set(`${stage}/README.md`, withTables(read(`${stage}/README.md`), yml))
  }
  if (existsSync(join(root, 'README.md')) && read('README.md').includes(begin))
    found.set('README.md', withTables(read('README.md'), read('action.yml')))
  return found
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of generatedFiles()) {
    if (!process.argv.includes('--check')) writeFileSync(join(root, path), content)
    else if (!existsSync(join(root, path)) || read(path) !== content) {
      process.stderr.write(`${path} is not what its source says: run node scripts/docs.ts\n`)
      process.exitCode = 1
    }
  }
}
