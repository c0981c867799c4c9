/**
 * Passes over the ordinary bytes of a CSV and counts the delimiters among them, sixteen bytes at a time. Of JavaScript the best is four, and
 * every byte of the data goes through here: so this one loop is WebAssembly, put together below instruction by instruction. It decides
 * nothing: what the byte means that it stops at is for whoever calls.
 */

/** Not in the types of Node. */
declare const WebAssembly:
  | {
      readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
    }
  | undefined

export interface ByteScan {
  /** what is scanned is put here first */
  readonly bytes: Uint8Array
  /**
   * From `at` on: the place of the first byte that is below 0x20 or a quote, and is no delimiter. It may stop earlier, where fewer than
   * sixteen bytes are left before `end`.
   */
  skip(at: number, end: number, delimiter: number): number
  /** delimiters that the last `skip` went over */
  passed(): number
}

/** A piece of this size stays in the cache of a core. */
const scanBytes = 65_536

let shared: ByteScan | null = null

/** One for all: a scan is over before anything else runs. */
export function byteScan(): ByteScan {
  shared ??= typeof WebAssembly === 'undefined' ? slowScan() : wordScan()
  return shared
}

/** Where Node runs without WebAssembly (`--jitless`): nothing is passed over, every byte is the caller's. */
export function slowScan(): ByteScan {
  return { bytes: new Uint8Array(scanBytes), skip: (at) => at, passed: () => 0 }
}

/** Bytes of the memory: the count, then what is scanned. */
const pageBytes = 65_536

function wordScan(): ByteScan {
  if (WebAssembly === undefined) throw new Error('there is no WebAssembly')
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 })
  const { skip } = new WebAssembly.Instance(new WebAssembly.Module(program()), { js: { memory } }).exports
  if (typeof skip !== 'function') throw new Error('the module has no function skip')
  const count = new Int32Array(memory.buffer, 0, 1)
  return {
    bytes: new Uint8Array(memory.buffer, pageBytes, scanBytes),
    skip: (at, end, delimiter) => Number(skip(at + pageBytes, end + pageBytes, delimiter)) - pageBytes,
    passed: () => count[0] ?? 0,
  }
}

/** LEB128, of numbers below 8192. */
const unsigned = (value: number): readonly number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7])
const section = (id: number, ...content: readonly number[]) => [id, ...unsigned(content.length), ...content]
const named = (text: string) => [text.length, ...Buffer.from(text)]

/** Source: WebAssembly Core Specification 2.0, 5 (binary format). */
function program(): Uint8Array {
  const [i32, v128] = [0x7f, 0x7b]
  const get = (local: number) => [0x20, local]
  const set = (local: number) => [0x21, local]
  /** −64 to 63 */
  const constant = (value: number) => [0x41, value & 0x7f]
  const [add, sub, and, xor, ctz, popcnt] = [0x6a, 0x6b, 0x71, 0x73, 0x68, 0x69]
  const [isZero, isGreater, store] = [0x45, 0x4b, [0x36, 2, 0]]
  const [block, loop, when, branch, branchIf, end] = [[0x02, 0x40], [0x03, 0x40], [0x04, 0x40], 0x0c, 0x0d, 0x0b]
  const simd = (code: number) => [0xfd, ...unsigned(code)]
  const [load, splat, equal, less, or, bitmask] = [simd(0x00), simd(0x0f), simd(0x23), simd(0x26), simd(0x50), simd(0x64)]
  const [at, to, delimiter, found, special, passed, bytes, sought] = [0, 1, 2, 3, 4, 5, 6, 7]
  const code = [
    [2, 3, i32, 2, v128],
    [get(delimiter), splat, set(sought)],
    [block, loop],
    // at + 16 > to: out of both
    [get(at), constant(16), add, get(to), isGreater, branchIf, 1],
    [get(at), load, 0, 0, set(bytes)],
    // one bit a byte
    [get(bytes), get(sought), equal, bitmask, set(found)],
    [get(bytes), constant(0x20), splat, less, get(bytes), constant(0x22), splat, equal, or, bitmask],
    [get(found), constant(-1), xor, and, set(special)],
    [get(special), isZero, when],
    [get(passed), get(found), popcnt, add, set(passed)],
    [get(at), constant(16), add, set(at)],
    [branch, 1, end],
    // only the delimiters in front of the first of them: special & −special is its bit
    [get(special), constant(0), get(special), sub, and, constant(1), sub, get(found), and, popcnt, get(passed), add, set(passed)],
    [get(at), get(special), ctz, add, set(at)],
    [end, end],
    [constant(0), get(passed), store, get(at), end],
  ].flat(3)
  return Uint8Array.from([
    ...[0x00, ...Buffer.from('asm'), 1, 0, 0, 0],
    ...section(1, 1, 0x60, 3, i32, i32, i32, 1, i32),
    ...section(2, 1, ...named('js'), ...named('memory'), 2, 0, 1),
    ...section(3, 1, 0),
    ...section(7, 1, ...named('skip'), 0, 0),
    ...section(10, 1, ...unsigned(code.length), ...code),
  ])
}
