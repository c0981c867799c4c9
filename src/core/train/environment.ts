/**
 * The environment of a training command: a list of what is let through, never of what is kept out, plus what the config names.
 * What steers the CI server itself (its tokens, its command files, the inputs of our own step) never goes through, not even when named:
 * with it a command could act as the action, or write the job's outputs.
 */

/** exact names, or a beginning and `*` */
export const allowed: readonly string[] = [
  // where programs and temporary files are
  ...[
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'SHELL',
    'TERM',
    'TMPDIR',
    'TEMP',
    'TMP',
    'XDG_CACHE_HOME',
    'LD_LIBRARY_PATH',
    'DYLD_LIBRARY_PATH',
  ],
  // language and time zone
  ...['LANG', 'LANGUAGE', 'LC_*', 'TZ'],
  // interpreters; setup-python names its folders in pythonLocation and Python_ROOT_DIR
  ...['PYTHON*', 'pythonLocation', 'Python_ROOT_DIR', 'Python2_ROOT_DIR', 'Python3_ROOT_DIR', 'VIRTUAL_ENV', 'CONDA_*', 'PYENV_*'],
  ...['JAVA_HOME', 'SPARK_HOME', 'R_HOME', 'R_LIBS*', 'JULIA_*'],
  // how much of the machine may be used
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_HOME', 'CUDA_PATH', 'NVIDIA_VISIBLE_DEVICES', 'OMP_*', 'MKL_*', 'OPENBLAS_*', 'NUMEXPR_*'],
  // what kind of machine it is
  ...['CI', 'RUNNER_OS', 'RUNNER_ARCH', 'NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE'],
  // Windows starts nothing without these
  ...['SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATHEXT', 'OS', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA'],
  ...['ProgramData', 'ProgramFiles', 'ProgramFiles(x86)', 'CommonProgramFiles', 'PUBLIC', 'USERNAME'],
]

/** never, whatever the config names */
export const forbidden: readonly string[] = [
  'ACTIONS_*',
  'INPUT_*',
  'STATE_*',
  'GITHUB_ENV',
  'GITHUB_PATH',
  'GITHUB_OUTPUT',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_EVENT_PATH',
  'RUNNER_TRACKING_ID',
  'MODELGATE_*',
]

/** credentials that a `*` does not cover: only the whole name does */
const onlyByName: readonly string[] = ['GITHUB_TOKEN', 'GH_TOKEN']

/** on systems where names ignore case, Windows, so do we: `Path` is PATH */
export function commandEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
): Readonly<Record<string, string>> {
  const exact = new Set(named.map(fold))
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => {
    const [name, value] = entry
    if (value === undefined || matches(name, forbidden)) return false
    if (matches(name, onlyByName)) return exact.has(fold(name))
    return matches(name, allowed) || matches(name, named)
  })
  // Python holds lines back when its output is a pipe; a person wants to see them as they come
  return { PYTHONUNBUFFERED: '1', ...Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

const fold = (name: string): string => name.toUpperCase()

const matches = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? fold(name).startsWith(fold(pattern.slice(0, -1))) : fold(name) === fold(pattern)))
