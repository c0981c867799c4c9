/** The workflow that `init --workflow` writes: the one of the README, with the permissions a pull request needs and no more. */

export const workflowPath = '.github/workflows/modelgate.yml'

/** @param config as a person would write it, from the root of the repository */
export const workflowText = (config: string): string => `name: modelgate
on: {pull_request: {}}
concurrency: {group: "modelgate-\${{ github.ref }}", cancel-in-progress: true}   # one run of a pull request at a time writes its comment
jobs:
  gate:
    runs-on: ubuntu-latest
    permissions: {contents: read, pull-requests: write}   # write is for the comment; without it the report is in the job summary
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with: {persist-credentials: false}
      # what train.run needs, such as Python and its packages, is set up by a step of yours here
      - uses: OWNER/modelgate@v1
${config === 'modelgate.yml' ? '' : `        with: {config: ${JSON.stringify(config)}}\n`}`
