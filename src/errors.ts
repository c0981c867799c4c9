/** Something the user can put right: shown as one sentence and a fix, without a stack. Anything else that is thrown is our bug. */
export class UserError extends Error {
  readonly code: string
  readonly fix: string
  constructor(code: string, message: string, fix: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
    this.code = code
    this.fix = fix
  }
}

/** What was thrown, whatever it was, as an Error: a thrown string fails as loudly as an Error does. */
export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
