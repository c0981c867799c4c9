/** Gets bytes over https into a temporary file, hashing. */
export interface Downloads {
  /** @throws UserError DOWNLOAD_FAILED after bounded retries; a body cut short is retried, then an error. Nothing is left at `path` on failure. */
  get(url: string, path: string, signal: AbortSignal): Promise<{ readonly digest: string; readonly bytes: number }>
}
