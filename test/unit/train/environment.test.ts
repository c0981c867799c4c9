import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandEnvironment } from '../../../src/core/train/environment.ts'

const given = {
  PATH: '/bin',
  HOME: '/home/ana',
  LANG: 'de_DE.UTF-8',
  LC_NUMERIC: 'C',
  TZ: 'UTC',
  TMPDIR: '/tmp',
  PYTHONPATH: 'src',
  VIRTUAL_ENV: '/venv',
  CONDA_PREFIX: '/conda',
  LD_LIBRARY_PATH: '/opt/python/lib',
  CUDA_VISIBLE_DEVICES: '0',
  OMP_NUM_THREADS: '2',
  pythonLocation: '/opt/python',
}
const secrets = {
  ACTIONS_RUNTIME_TOKEN: 's',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 's',
  ACTIONS_ID_TOKEN_REQUEST_URL: 's',
  ACTIONS_RESULTS_URL: 's',
  ACTIONS_CACHE_URL: 's',
  'INPUT_GITHUB-TOKEN': 's',
  input_lower: 's',
  STATE_x: 's',
  GITHUB_ENV: 's',
  GITHUB_PATH: 's',
  GITHUB_OUTPUT: 's',
  GITHUB_STATE: 's',
  GITHUB_STEP_SUMMARY: 's',
  MODELGATE_RUNTIME_DIR: 's',
}
const named = { GITHUB_TOKEN: 't', AWS_SECRET_ACCESS_KEY: 'a', AWS_REGION: 'r', DATABASE_URL: 'd', NODE_OPTIONS: 'n', GITHUB_SHA: 'x' }

describe('EVT-10 the environment of a command is a list of what is let through', () => {
  it('what programs need to run, and nothing else', () => {
    expect(commandEnvironment({ ...given, ...secrets, ...named, EMPTY: undefined }, [])).toEqual({ ...given, PYTHONUNBUFFERED: '1' })
  })

  it('and what the config names, by whole name or by beginning', () => {
    expect(commandEnvironment(named, ['AWS_*', 'DATABASE_URL'])).toEqual({
      AWS_SECRET_ACCESS_KEY: 'a',
      AWS_REGION: 'r',
      DATABASE_URL: 'd',
      PYTHONUNBUFFERED: '1',
    })
  })

  it('what steers the runner never, whatever the config names', () => {
    const patterns = [...Object.keys(secrets), 'ACTIONS_*', 'INPUT_*', 'GITHUB_*', 'STATE_*', 'A*', 'G*', 'I*', 'M*', '*']
    const got = commandEnvironment({ ...given, ...secrets, GITHUB_SHA: 'x' }, patterns)
    expect(got).toEqual({ ...given, GITHUB_SHA: 'x', PYTHONUNBUFFERED: '1' })
  })

  it('the token of the job only by its whole name', () => {
    expect(commandEnvironment(named, ['GITHUB_*', 'G*'])).toEqual({ GITHUB_SHA: 'x', PYTHONUNBUFFERED: '1' })
    expect(commandEnvironment(named, ['GITHUB_TOKEN'])).toEqual({ GITHUB_TOKEN: 't', PYTHONUNBUFFERED: '1' })
  })

  it('the same in any case of letters, as Windows has it', () => {
    expect(commandEnvironment({ Path: 'C:\\', Github_Env: 's', actions_runtime_token: 's' }, ['github_*'])).toEqual({
      Path: 'C:\\',
      PYTHONUNBUFFERED: '1',
    })
  })

  it('no name that begins like the runner’s own gets through by any pattern', () => {
    const name = fc.tuple(fc.constantFrom('ACTIONS_', 'INPUT_', 'actions_', 'State_'), fc.string()).map((parts) => parts.join(''))
    fc.assert(
      fc.property(name, (one) => {
        expect(Object.keys(commandEnvironment({ [one]: 's' }, [one, '*', `${one.slice(0, 3)}*`]))).toEqual(['PYTHONUNBUFFERED'])
      }),
    )
  })

  it('a person’s own PYTHONUNBUFFERED stands', () => {
    expect(commandEnvironment({ PYTHONUNBUFFERED: '0' }, [])).toEqual({ PYTHONUNBUFFERED: '0' })
  })
})
