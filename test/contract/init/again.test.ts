/** init, run again over a config that a person has worked on. */
import { describe, expect, it } from 'vitest'
import { makeFolder, people } from './support.ts'

const churn = async () => {
  const folder = makeFolder({ 'data/train.csv': people(1, 1200), 'data/test.csv': people(2, 400) })
  await folder.init({ target: 'left' })
  return folder
}
/** The same people, and one thing more about them. */
const withVisits = (csv: string) =>
  csv
    .trimEnd()
    .split('\n')
    .map((line, i) => `${line},${i === 0 ? 'visits' : i % 7}`)
    .join('\n')
const moreColumns = { 'data/train.csv': withVisits(people(1, 1200)), 'data/test.csv': withVisits(people(2, 400)) }
const line = (text: string, start: string) => text.split('\n').find((one) => one.trimStart().startsWith(start)) ?? ''
const withoutTarget = (text: string) => text.replace(`${line(text, 'target:')}\n`, '').replace(`${line(text, 'positive:')}\n`, '')
const swapped = (text: string, a: string, b: string) => {
  const [one, other] = [line(text, a), line(text, b)]
  return text.replace(one, '\u0001').replace(other, one).replace('\u0001', other)
}

describe('what a person did to the config stays done', () => {
  it.each<readonly [string, (text: string) => string]>([
    ['a column taken out', (text) => text.replace(`${line(text, 'age:')}\n`, '')],
    [
      'a column that was sensitive taken out everywhere',
      (text) => text.replace(`${line(text, 'email:')}\n`, '').replace(/ *# never shown.*\n *sensitive:\n.*\n/, ''),
    ],
    ['every column taken out', (text) => text.replace(/ *# limits of numbers[\s\S]*?(?= {4}train:)/, '')],
    ['a rule taken out', (text) => text.replace('min: 0, max: 1', 'min: 0')],
    ['a limit changed', (text) => text.replace('max: 10%', 'max: 3%')],
    ['comments taken out, and others written', (text) => text.replaceAll(/ # (?!init).*/g, ' # mine')],
    ['columns and keys in another order', (text) => swapped(swapped(text, 'age:', 'left:'), 'target:', 'id:')],
    ['the model renamed', (text) => text.replace(/^ {2}\S+:$/m, '  renamed:')],
    ['the target taken out', withoutTarget],
  ])('%s', async (_, edit) => {
    using folder = await churn()
    const edited = edit(folder.read())
    expect(edited).not.toBe(folder.read())
    folder.write({ 'modelgate.yml': edited })
    expect(await folder.init()).toMatchObject({ written: 'unchanged' })
    expect(folder.read()).toBe(edited)
  })

  it('a column that is new in the data is added beside one that was taken out, and no other byte changes', async () => {
    using folder = await churn()
    const edited = folder.read().replace(`${line(folder.read(), 'age:')}\n`, '')
    folder.write({ 'modelgate.yml': edited, ...moreColumns })
    const outcome = await folder.init()
    const [added, ...rest] = folder
      .read()
      .split('\n')
      .filter((one) => !edited.includes(`${one}\n`) && !one.includes('# init has seen'))
    expect([added?.trim().split(':')[0], rest]).toEqual(['visits', []])
    expect(outcome.changes).toContain('= age has no rules, and gets none: init has seen it before')
    const without = (text: string) => text.split('\n').filter((one) => one !== added && !one.includes('# init has seen'))
    expect(without(folder.read())).toEqual(without(edited))
    expect(line(folder.read(), '# init has seen')).toContain('age, usage, balance, region, left, visits]')
  })

  it('a column is added again when its name is taken out of what init has seen', async () => {
    using folder = await churn()
    const before = folder.read()
    folder.write({ 'modelgate.yml': before.replace(`${line(before, 'age:')}\n`, '').replace('plan, age, usage', 'plan, usage') })
    expect(await folder.init()).toMatchObject({ written: 'extended', expectations: 3 })
    expect(line(folder.read(), 'age:')).toBe(line(before, 'age:'))
  })

  it('a column that a person wrote first, and init has looked at, is known when it is taken out', async () => {
    using folder = await churn()
    const written = folder.read().replace(line(folder.read(), 'age:'), '        visits: {min: 0}\n$&')
    folder.write({ 'modelgate.yml': written, ...moreColumns })
    await folder.init()
    const edited = folder.read().replace('        visits: {min: 0}\n', '')
    folder.write({ 'modelgate.yml': edited })
    expect(await folder.init()).toMatchObject({ written: 'unchanged' })
  })

  it('the target that was taken out is written when it is asked for', async () => {
    using folder = await churn()
    folder.write({ 'modelgate.yml': withoutTarget(folder.read()) })
    expect(await folder.init({ target: 'left' })).toMatchObject({ written: 'extended' })
    expect(folder.read()).toContain('target: left')
  })

  it('a line that can no longer be read is an error, and nothing is written', async () => {
    using folder = await churn()
    const broken = folder.read().replace('# init has seen {columns: [', '# init has seen {columns: ')
    folder.write({ 'modelgate.yml': broken })
    await expect(folder.init()).rejects.toMatchObject({ code: 'INIT_RECORD' })
    expect(folder.read()).toBe(broken)
  })
})
