/** Where state lives (a git branch) and where bytes live (releases). Two transports each: a git remote, the GitHub API. */

/** A branch of JSON files whose every change is a fast-forward commit: compare-and-swap. */
export interface LedgerTransport {
  /** for messages: `origin#modelgate-ledger` */
  readonly name: string
  /** why there can be no branch: nothing lies where it would be, and a first change makes it; null: something does */
  readonly nothingThere?: () => string | null
  /**
   * null head: the branch does not exist yet. A branch that cannot be read is an error, never null.
   * @param under only files below this folder, such as `models/`: events grow without end and nobody decides by them
   */
  read(under?: string): Promise<{ readonly head: string | null; readonly files: ReadonlyMap<string, string> }>
  /** `moved` when the branch is no longer at `parent`; nothing was written then. */
  commit(change: {
    readonly parent: string | null
    readonly files: ReadonlyMap<string, string>
    readonly message: string
  }): Promise<{ readonly head: string } | 'moved'>
}

export interface StoredFile {
  readonly name: string
  readonly digest: string
  readonly bytes: number
}

/** Immutable, named sets of files. */
export interface ModelStore {
  readonly name: string
  /** null: no such version */
  find(tag: string): Promise<{ readonly tag: string; readonly files: readonly StoredFile[]; readonly url: string | null } | null>
  /** Create-only: draft → upload → verify each by digest → publish. Resumes an own unfinished draft; same files: a no-op. @throws UserError VERSION_TAKEN naming both digests */
  publish(version: {
    readonly tag: string
    readonly title: string
    readonly notes: string
    readonly sha: string
    readonly files: readonly (StoredFile & { readonly path: string })[]
  }): Promise<{ readonly url: string | null }>
  /** Streams one file to `path` (a temporary name of the caller's), hashing; the caller verifies and renames. */
  download(tag: string, file: string, path: string): Promise<void>
}
