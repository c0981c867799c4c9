/** What every connection of ours shares: it ends when nothing comes for a while, and a certificate that is not trusted is final. */

export interface IdleTimer {
  readonly signal: AbortSignal
  /** something came, or may take this long from now on */
  restart(ms?: number): void
  [Symbol.dispose](): void
}

/** Why a connection was ended by its timer. */
export class Stalled extends Error {}

/** A signal that fires when nobody restarts it in time, or when the outer one fires. */
export function idleTimer(idleMs: number, outer?: AbortSignal): IdleTimer {
  const own = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const restart = (ms = idleMs) => {
    clearTimeout(timer)
    timer = setTimeout(() => own.abort(new Stalled(`nothing came for ${Math.round(ms / 1000)} s`)), ms)
  }
  restart()
  return {
    signal: outer ? AbortSignal.any([own.signal, outer]) : own.signal,
    restart,
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

const tls = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/

/** Codes of Node for a certificate or handshake that is wrong: trying again does not help, and nobody may talk us past it (NET-10). */
export const isTlsTrouble = (code: string): boolean => tls.test(code)
