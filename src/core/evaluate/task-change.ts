/**
 * A pull request may say another task: paths and columns are its to say. But what is judged where the base lists no metric follows from the task, so
 * that the limits of the base would go with it, and nothing would be red. That is never green by itself.
 *
 *     the base                     the head           what it loses
 *     lists no metric              another task       its usual metric, at the default margin
 *     lists metrics                another task       nothing: each is computed for the new task, or is the error METRIC_UNSUITED
 *     has rows scored              custom             whatever looks at answers of rows: paired tests, `beats_trivial`, `too_good`
 */
import { usualMetrics } from '../metrics/table.ts'
import type { ModelConfig, Task, TaskBefore } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { targetColumns } from '../schema/target-columns.ts'
import { isMeasured } from './measured.ts'

type Evaluated = Pick<ModelConfig, 'task' | 'data' | 'evaluate'>

/** null: nothing can be lost */
export function taskBefore(base: Evaluated, now: Task | null): TaskBefore | null {
  const scored = base.task !== 'custom' && base.data.sources.test !== undefined && targetColumns(base.data).length > 0
  const usual = base.evaluate.metrics.every(({ metric }) => isMeasured(metric))
  return scored && base.task !== now && (usual || now === 'custom') ? { task: base.task ?? 'inferred', usual } : null
}

/** @param now of this run; @param looks what the target looks like; null: no target says it, or the task is none that is inferred */
export function taskChanged(before: TaskBefore | null, now: Task, looks: Task | null): readonly Check[] {
  const then = before?.task === 'inferred' ? looks : (before?.task ?? now)
  if (before === null || then === now) return []
  const was = then === null ? 'another one' : then
  const lost = before.usual
    ? `its usual metric (${usualMetrics(then).join(' or ')}), which the base has judged because it lists none, is judged no more`
    : 'answers of rows, which the base has judged, are judged no more'
  return [
    makeCheck({
      id: 'evaluate.task_changed',
      status: 'warn',
      effect: 'warn',
      message: `The task is ${now} here and ${was} at the base: ${lost}.`,
      fix: 'see that the task is meant to change; what has to stay judged, the base can list under evaluate.metrics',
    }),
  ]
}
