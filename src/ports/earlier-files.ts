/** Data of this checkout as it was before: in its own history, or in the stores that Git LFS and DVC keep on this machine. Nothing is fetched. */
export interface EarlierRequest {
  /** `sha256:…` of each file that is wanted */
  readonly digests: readonly string[]
  /** absolute paths of the files that are there today: versions of them, and of files that lay beside them, are looked at */
  readonly near: readonly string[]
  /** absolute, private: what only git holds is written there */
  readonly folder: string
}

/** Who keeps a file whose pointer alone is in the history. */
export type Keeper = 'Git LFS' | 'DVC'

/** What is not there is no error: a shallow checkout, a pointer whose file this machine does not have. */
export type EarlierFound =
  /** one path a digest, in their order; whoever opens one has to look at its digest */
  | { readonly kind: 'found'; readonly paths: readonly string[] }
  | { readonly kind: 'kept'; readonly by: Keeper }
  | { readonly kind: 'unknown' }

export interface EarlierFiles {
  find(request: EarlierRequest): Promise<EarlierFound>
}
