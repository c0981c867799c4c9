/** Runs the user's command: argv, no shell unless asked, its own process group, nothing inherited. */
export interface CommandRequest {
  readonly argv: readonly string[]
  readonly shell: 'bash' | 'sh' | null
  readonly cwd: string
  /** the whole environment of the child */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** each line of stdout and stderr, raw: whoever shows it neutralises it */
  readonly onLine: (line: string) => void
}

export type CommandOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly durationMs: number }
  | { readonly kind: 'signalled'; readonly signal: string; readonly durationMs: number }
  | { readonly kind: 'timeout'; readonly durationMs: number }
  | { readonly kind: 'cancelled'; readonly durationMs: number }
  | { readonly kind: 'not-found'; readonly durationMs: number }

export interface Commands {
  run(request: CommandRequest): Promise<CommandOutcome>
}
