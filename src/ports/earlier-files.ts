/** Files of this checkout as its own history has them. Nothing is fetched, and what is not there is no error: a shallow checkout, a pointer of Git LFS or DVC. */
export interface EarlierFiles {
  /**
   * Copies the file at a path, as an earlier commit had it with exactly these bytes.
   * @param path absolute; @param digest `sha256:…` of what is wanted; @param to absolute, in a private folder
   * @returns false: there is none
   */
  copy(path: string, digest: string, to: string): Promise<boolean>
}
