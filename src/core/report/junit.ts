/** JUnit XML, which Jenkins, GitLab, CircleCI and CodeBuild show as a test report: a suite a stage, a case a check. */
import type { Verdict } from '../gate/fold.ts'
import type { Check } from '../schema/result.ts'
import { escapeXml } from './escape.ts'
import type { Report } from './report.ts'

interface Suite {
  readonly name: string
  readonly seconds: number
  readonly checks: readonly Check[]
}

export function junit(report: Report): string {
  const suites: readonly Suite[] = [
    ...report.models.flatMap((model) =>
      model.stages.map((stage) => ({
        name: `${model.config.name}.${stage.stage}`,
        seconds: stage.durationMs / 1000,
        checks: [...(stage.result?.checks ?? [])].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
      })),
    ),
    { name: 'gate', seconds: 0, checks: report.checks },
  ]
  const all = suites.flatMap((suite) => suite.checks)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="modelgate" ${counts(all)}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
    '',
  ].join('\n')
}

const counts = (checks: readonly Check[]): string => {
  const of = (effect: Verdict) => checks.filter((check) => check.effect === effect).length
  return `tests="${checks.length}" failures="${of('fail')}" errors="${of('error')}" skipped="${of('skipped')}"`
}

const suiteLines = (suite: Suite): readonly string[] => [
  `  <testsuite name="${escapeXml(suite.name)}" ${counts(suite.checks)} time="${suite.seconds.toFixed(3)}">`,
  ...suite.checks.map(
    (check) => `    <testcase classname="${escapeXml(suite.name)}" name="${escapeXml(check.id)}">${outcome(check)}</testcase>`,
  ),
  '  </testsuite>',
]

/** JUnit knows no warning: a warn passes and says so. */
function outcome(check: Check): string {
  const text = escapeXml(check.fix === null ? check.message : `${check.message}\n${check.fix}`)
  switch (check.effect) {
    case 'fail':
      return `<failure message="${escapeXml(check.message)}">${text}</failure>`
    case 'error':
      return `<error message="${escapeXml(check.message)}">${text}</error>`
    case 'skipped':
      return `<skipped message="${escapeXml(check.message)}"/>`
    case 'warn':
      return `<system-out>warning: ${text}</system-out>`
    case 'pass':
      return ''
  }
}
