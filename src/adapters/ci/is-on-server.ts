/** Whether a CI server runs this, by any of the names that servers set. Says nothing of which: that is detect-host.ts. Loaded at each start. */
const marks = [
  'CI',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'JENKINS_URL',
  'CIRCLECI',
  'CODEBUILD_BUILD_ID',
  'TF_BUILD',
  'TEAMCITY_VERSION',
  'BUILD_ID',
] as const

export const isOnServer = (env: Readonly<Record<string, string | undefined>>): boolean => marks.some((mark) => isOn(env[mark]))

export const isOn = (flag: string | undefined): boolean => flag !== undefined && !['', '0', 'false'].includes(flag.toLowerCase())
