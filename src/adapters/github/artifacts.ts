/** Workflow artifacts of this run, through @actions/artifact, which is heavy and loaded on first use. */
import { asError, UserError } from '../../errors.ts'
import type { ArtifactStore } from '../../ports/ci-host.ts'

/** It reads the runner's own ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL, which JavaScript actions are given and `run:` steps are not. */
export function createArtifactStore(): ArtifactStore {
  const client = async () => new (await import('@actions/artifact')).DefaultArtifactClient()
  return {
    async upload(name, root, files) {
      try {
        await (await client()).uploadArtifact(name, [...files], root)
      } catch (thrown) {
        throw new UserError(
          'ARTIFACT_FAILED',
          `the artifact ${name} could not be uploaded: ${asError(thrown).message}`,
          'run the job again',
          { cause: thrown },
        )
      }
    },
    async download(name, folder) {
      const { ArtifactNotFoundError } = await import('@actions/artifact')
      try {
        const { artifact } = await (await client()).getArtifact(name)
        const { digestMismatch } = await (await client()).downloadArtifact(artifact.id, {
          path: folder,
          ...(artifact.digest === undefined ? {} : { expectedHash: artifact.digest }),
        })
        if (digestMismatch === true) throw new Error('its bytes have another digest than the upload had')
      } catch (thrown) {
        const absent = thrown instanceof ArtifactNotFoundError
        throw new UserError(
          absent ? 'ARTIFACT_MISSING' : 'ARTIFACT_FAILED',
          `the artifact ${name} of this run could not be downloaded: ${asError(thrown).message}`,
          'make sure that a job before this one (`needs:`) uploads it under this name',
          { cause: thrown },
        )
      }
    },
  }
}
