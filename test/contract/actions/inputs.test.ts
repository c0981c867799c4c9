import { describe, expect, it } from 'vitest'
import { loadInputs } from '../../../src/actions/inputs.ts'

describe('inputs of an action', () => {
  it('have their defaults when nothing is given, and when the runner gives empty text', () => {
    const expected = {
      config: 'modelgate.yml',
      model: null,
      workingDirectory: '.',
      out: '.modelgate',
      token: null,
      failsStep: true,
      artifact: null,
      options: {},
      warnings: [],
    }
    expect(loadInputs('validate', {})).toEqual(expected)
    expect(
      loadInputs('validate', { INPUT_CONFIG: '', INPUT_MODEL: '', 'INPUT_ON-FAIL': ' ', 'INPUT_WORKING-DIRECTORY': '', INPUT_OUT: '' }),
    ).toEqual(expected)
  })

  it('are read under the names the runner gives them', () => {
    expect(
      loadInputs('gate', {
        INPUT_CONFIG: 'a.yml',
        'INPUT_FAIL-ON': 'warn',
        'INPUT_GITHUB-TOKEN': 't',
        INPUT_ARTIFACT: 'r',
        'INPUT_WORKING-DIRECTORY': 'x y',
      }),
    ).toMatchObject({
      config: 'a.yml',
      workingDirectory: 'x y',
      token: 't',
      artifact: 'r',
      options: { failOn: 'warn' },
    })
    expect(loadInputs('promote', { INPUT_TO: 'production', INPUT_VERSION: '1.0.0' }).options).toEqual({
      to: 'production',
      version: '1.0.0',
    })
    expect(loadInputs('evaluate', { 'INPUT_ON-FAIL': 'continue' }).failsStep).toBe(false)
  })

  it('an artifact is uploaded unless its name is given empty', () => {
    expect(loadInputs('gate', {}).artifact).toBe('modelgate-report')
    expect(loadInputs('gate', { INPUT_ARTIFACT: '' }).artifact).toBeNull()
  })

  it.each([
    ['on-fail', 'INPUT_ON-FAIL', 'true', 'fail or continue'],
    ['on-fail', 'INPUT_ON-FAIL', 'Fail', 'fail or continue'],
    ['config', 'INPUT_CONFIG', 'a\nb', 'one line'],
  ])('%s=%j is an error that names the input, the value and what is allowed', (name, variable, value, allowed) => {
    expect(() => loadInputs('validate', { [variable]: value })).toThrow(
      expect.objectContaining({
        name: 'UserError',
        code: 'INVALID_INPUT',
        message: `the input ${name} is ${JSON.stringify(value.replace('\n', 'U+000A'))}, allowed is ${allowed}`,
      }),
    )
  })

  it('SUP-09 an unknown input is warned about, with the nearest', () => {
    expect(loadInputs('gate', { INPUT_FAIL_ON: 'warn', INPUT_ZZ: '1' }).warnings).toEqual([
      'gate has no input fail_on; did you mean fail-on? It is ignored.',
      'gate has no input zz. It is ignored.',
    ])
  })

  it('an input of another action is none of this one', () => {
    expect(loadInputs('validate', { INPUT_KEY: 'x', INPUT_TO: 'production' })).toMatchObject({ options: {} })
    expect(loadInputs('validate', { INPUT_KEY: 'x' }).warnings).toHaveLength(1)
  })
})
