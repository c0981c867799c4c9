/** A small project of its own for each test: real files, a binary task that a linear model learns, seeded. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Deterministic numbers in [0, 1). Source: Widynski 2022, "Squares", reduced to 32 bits. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
  }
}

/** CSV with id, amount, kind, late: `late` follows amount and kind with noise. `shift` moves amount. */
export function rows(seed: number, count: number, shift = 0): string {
  const next = numbers(seed)
  const lines = ['id,amount,kind,late']
  for (let i = 0; i < count; i++) {
    const amount = next() * 10 + shift
    const kind = ['red', 'green', 'blue'][Math.floor(next() * 3)] ?? 'red'
    const late = amount - shift + (kind === 'red' ? 3 : 0) + next() * 6 > 9 ? 1 : 0
    lines.push(`${seed}${String(i).padStart(5, '0')},${amount.toFixed(3)},${kind},${late}`)
  }
  return `${lines.join('\n')}\n`
}

export const baseConfig = `models:
  m:
    task: binary
    model: m.onnx
    data: {train: train.csv, test: test.csv, current: current.csv, target: late, positive: 1, id: id, features: [amount, kind]}
    expect:
      columns:
        amount: {type: number, min: 0, max: 100}
    train: {builtin: baseline}
    evaluate:
      metrics:
        roc_auc: {min: 0.7, max_drop: 2pp}
    baseline: {from: [production], on_missing: pass}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`

export type ProjectFiles = Readonly<Record<string, string | Uint8Array | null>>

export const baseFiles = (): Record<string, string | Uint8Array | null> => ({
  'modelgate.yml': baseConfig,
  'train.csv': rows(1, 600),
  'test.csv': rows(2, 600),
  'current.csv': rows(3, 600),
})

export interface Project {
  readonly folder: string
  write(files: ProjectFiles): void
  /** another project with all that lies in this one by now */
  copy(): Project
  remove(): void
}

/** Files of `changes` replace those of the base; null leaves one out. */
export function makeProject(changes: ProjectFiles = {}): Project {
  const project = emptyProject()
  project.write({ ...baseFiles(), ...changes })
  return project
}

function emptyProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'modelgate-project-'))
  return {
    folder,
    write: (files) => {
      for (const [name, content] of Object.entries(files)) {
        const path = join(folder, name)
        if (content === null) {
          rmSync(path, { force: true, recursive: true })
          continue
        }
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, content)
      }
    },
    copy: () => {
      const other = emptyProject()
      cpSync(folder, other.folder, { recursive: true, preserveTimestamps: true })
      return other
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
