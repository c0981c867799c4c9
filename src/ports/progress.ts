/** What a person watches while a stage works. Every line is neutralised by the shell that shows it. */
export interface Progress {
  say(text: string): void
  /** a finding beside the verdict that a person should see */
  warn(text: string): void
  /** a line that a child process printed */
  child(line: string): void
}
