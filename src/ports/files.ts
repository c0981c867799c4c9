/** The file system as stages need it: whole or not at all. Paths are absolute. */
export interface FileDigest {
  /** `sha256:` and 64 hex digits, over the bytes */
  readonly digest: string
  readonly bytes: number
}

export interface Files {
  /** Digest while streaming; null when there is no such file. Refuses anything but a regular file (UserError NOT_A_FILE). */
  digest(path: string): Promise<FileDigest | null>
  /** null when absent; @throws UserError FILE_TOO_LARGE above `maxBytes`, before reading */
  read(path: string, maxBytes: number): Promise<Uint8Array | null>
  /**
   * temp in the same folder → fsync → rename → fsync the folder
   * @param flushed false: without the fsyncs, for what can be made again: whole for whoever reads it, but a power cut may leave it empty
   */
  write(path: string, data: string | Uint8Array, flushed?: boolean): Promise<void>
  /** Moves a finished temporary file to its final name, atomically. */
  place(temporary: string, path: string): Promise<void>
  copy(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  makeFolder(path: string): Promise<void>
  /** names of regular files below `root` that match, sorted, relative; never outside root, links not followed */
  glob(root: string, pattern: string): Promise<readonly string[]>
  /** a fresh private folder (0700), removed on dispose */
  temporaryFolder(): Promise<{ readonly path: string; [Symbol.asyncDispose](): Promise<void> }>
  /** true when git tracks anything below this folder */
  isTracked(folder: string): Promise<boolean>
}
