import { describe, expect, it } from 'vitest'
import { openGitLedger } from '../../../src/adapters/git/open.ts'
import { emptyModel, modelPath, parseLedger, serialiseModel } from '../../../src/core/ledger/files.ts'
import type { LedgerModel } from '../../../src/core/schema/ledger.ts'
import { makeCheck } from '../../../src/core/schema/result.ts'
import { UserError } from '../../../src/errors.ts'
import type { LedgerTransport } from '../../../src/ports/ledger.ts'
import type { ModelContext } from '../../../src/stages/context.ts'
import { holdoutUses, ledgerView, withOneReading } from '../../../src/stages/evaluate/ledger-view.ts'
import { recordRun } from '../../../src/stages/run-record.ts'
import { gitRemote, sha256 } from '../../support/git-remote.ts'
import { contextOf, localHost, neverAsked, readConfig } from '../../support/local-run.ts'
import { workspace } from '../../support/promotion.ts'

const transportOf = (state: LedgerModel | null, reads: string[] = []): LedgerTransport => ({
  name: 'origin#modelgate-ledger',
  read: async (under = '') => {
    reads.push(under)
    return state === null
      ? { head: null, files: new Map() }
      : { head: 'a', files: new Map([[modelPath(state.model), serialiseModel(state)]]) }
  },
  commit: neverAsked,
})

const asking = (config: string, ledger: () => Promise<LedgerTransport>): ModelContext =>
  contextOf(readConfig(`models:\n  m: {model: m.onnx, data: {test: t.csv, target: y}, ${config}}\n`), { ledger }, localHost(true))
const refused = async () => {
  throw new UserError('LEDGER_FORBIDDEN', '403', 'give contents: read')
}
const none = async () => {
  throw new UserError('LEDGER_NONE', 'no remote', 'add one')
}

describe('what evaluate asks of the ledger', () => {
  const used: LedgerModel = { ...emptyModel('m'), holdout_uses: { h: [sha256('a'), sha256('b')] } }

  it('is read once, whoever asks', async () => {
    const reads: string[] = []
    const context = withOneReading(asking('baseline: [main]', async () => transportOf(used, reads)))
    const view = await ledgerView(context)
    await (await context.ports.ledger()).read('models/')
    expect(reads).toEqual(['models/'])
    expect(holdoutUses(view, 'h', context)).toEqual({
      kind: 'counted',
      uses: [sha256('a'), sha256('b')],
      uncounted: 'Open pull requests are not counted.',
    })
    expect(holdoutUses(view, 'toString', context)).toMatchObject({ uses: [] })
  })

  it('is nothing where the config has to do with no ledger', async () => {
    expect(await ledgerView(asking('baseline: [base.onnx]', neverAsked))).toMatchObject({ state: null, degraded: [] })
  })

  it('a laptop without one is told so; so is one that nobody has begun', async () => {
    const context = asking('evaluate: {mode: superior}', none)
    expect(holdoutUses(await ledgerView(context), 'h', context)).toEqual({ kind: 'unknown', because: 'there is no ledger here' })
    expect((await ledgerView(asking('baseline: [main]', async () => transportOf(null)))).because).toContain('there is no ledger yet')
  })

  it('that cannot be read is degraded where it is only shown, and an error where it decides', async () => {
    expect(await ledgerView(asking('baseline: [main]', refused))).toMatchObject({ state: null, degraded: ['ledger'] })
    for (const decides of [
      'evaluate: {mode: superior}',
      'evaluate: {mode: non_inferior}',
      'evaluate: {metrics: {roc_auc: {max_drop: auto}}}',
    ])
      await expect(ledgerView(asking(decides, refused))).rejects.toMatchObject({ code: 'LEDGER_FORBIDDEN' })
  })
})

describe('runs of the default branch in a git ledger', () => {
  it('count a failed candidate, and one of a run that broke after it was judged, as a use of the holdout, and remember a green one with its waivers', async () => {
    await using remote = await gitRemote()
    const git = await openGitLedger({ remote: remote.path, root: remote.folder, branch: 'modelgate-ledger', environment: process.env })
    const state = async () => parseLedger((await git.ledger.read('models/')).files).models.get('flights')
    const record = async (content: string, verdict: 'pass' | 'fail' | 'error', digest: string | null = sha256(content)) => {
      const it = await workspace({
        folder: `${remote.folder}/${content}`,
        ledger: git.ledger,
        store: git.store,
        content,
        runId: verdict === 'pass' ? '8' : '7',
      })
      const waived = { reason: 'new route', owner: 'ana', until: '2999-01-01', limit: null }
      const inputs = [
        { role: 'model', path: 'm', digest: sha256(content), rows: null, bytes: 1 },
        { role: 'test', path: 't', digest: sha256('rows'), rows: 1, bytes: 1 },
      ]
      const check = { ...makeCheck({ id: 'evaluate.min:f1', status: 'fail', effect: 'pass', message: '' }), waived }
      const model = { model: 'flights', verdict, promotable: verdict === 'pass', digest, stages: [], not_configured: [] }
      return recordRun(it.context, [
        { stage: 'evaluate', model: 'flights', inputs, details: {}, checks: [check] },
        { stage: 'gate', model: null, inputs: [], details: { promotable: false, models: [model], report: { markdown: '', html: '' } } },
      ])
    }
    expect((await record('first', 'fail')).models).toEqual([])
    expect(await state()).toMatchObject({ main: null, holdout_uses: { [sha256('rows')]: [sha256('first')] } })
    expect((await record('second', 'pass')).models).toEqual(['flights'])
    expect(await state()).toMatchObject({
      main: { digest: sha256('second'), waived: [{ check: 'evaluate.min:f1', owner: 'ana' }] },
      recent: [{ digest: sha256('second'), holdout: sha256('rows') }],
      holdout_uses: { [sha256('rows')]: [sha256('first'), sha256('second')] },
    })
    // drift that broke, and a model that was gone by the time of the gate: its numbers had been shown all the same
    expect((await record('third', 'error')).models).toEqual([])
    expect((await record('fourth', 'error', null)).models).toEqual([])
    expect(await state()).toMatchObject({
      main: { digest: sha256('second') },
      holdout_uses: { [sha256('rows')]: [sha256('first'), sha256('second'), sha256('third'), sha256('fourth')] },
    })
    await git[Symbol.asyncDispose]()
  })
})
