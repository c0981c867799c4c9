/**
 * `format: opaque`: a file that is never loaded by us and may be anything but a pickle, in whatever wrapping. A pickle runs code of whoever
 * wrote it on every machine that loads it, so it is not promoted, whoever asks for it (MDL-01, MDL-02); what else a file holds is not
 * inspected, and that is said (MDL-14). Told by content; names only within an archive, and then to refuse.
 */
import { UserError } from '../../errors.ts'
import { isPickle } from '../onnx/pickle.ts'
import { isTar, isZip, tarEntries, zipEntries } from './archive.ts'

/**
 * The beginning of what compressed bytes hold; null: they are not of that kind; text: why nobody can look into them, after "is compressed".
 * An argument, so that the core stays without a machine.
 */
export type Unpack = (bytes: Uint8Array, how: 'gzip' | 'zlib' | 'deflate' | 'zstd') => Uint8Array | string | null

/** archives in archives in archives */
const deepest = 3
const pickled = /\.(pkl|pickle|joblib|dill|pt|pth)$/i

const begins = (bytes: Uint8Array, ...marks: readonly string[]): boolean =>
  marks.some((mark) => [...mark].every((character, index) => bytes[index] === character.charCodeAt(0)))

/** What can be looked into, by how it begins. */
const compressed = [
  { how: 'gzip', marks: ['\x1f\x8b'] },
  { how: 'zlib', marks: ['x\x01', 'x\x5e', 'x\x9c', 'x\xda'] },
  { how: 'zstd', marks: ['\x28\xb5\x2f\xfd'] },
] as const
/** bzip2, xz, lzma, lz4 */
const closed = ['BZh', '\xfd7zXZ\x00', ']\x00\x00', '\x04"M\x18']

/** @throws UserError MODEL_EMPTY, MODEL_UNSAFE_FORMAT, MODEL_UNREADABLE (a pointer of Git LFS) */
export function lookAtOpaque(bytes: Uint8Array, shown: string, unpack: Unpack): void {
  if (bytes.length === 0) throw new UserError('MODEL_EMPTY', `${shown} is an empty file`, 'make the model anew')
  if (begins(bytes, 'version https://git-lfs'))
    throw new UserError(
      'MODEL_UNREADABLE',
      `${shown} is a pointer of Git LFS, not the model`,
      'check out with LFS (`lfs: true` of actions/checkout, or `git lfs pull`)',
    )
  const why = danger(bytes, unpack, 0)
  if (why === null) return
  throw new UserError(
    'MODEL_UNSAFE_FORMAT',
    `${shown} ${why}; \`format: opaque\` takes no pickle, because loading one can run any code`,
    'save the model in a format of its own: ONNX, skops, the native files of XGBoost, LightGBM or CatBoost, Keras, safetensors',
  )
}

/** What is wrong, after "FILE "; null: nothing that we know of. */
function danger(bytes: Uint8Array, unpack: Unpack, depth: number): string | null {
  if (isPickle(bytes)) return depth === 0 ? 'is a Python pickle' : 'holds a Python pickle'
  if (begins(bytes, '\x93NUMPY') && /'descr': *'\|O/.test(new TextDecoder('latin1').decode(bytes.subarray(0, 256))))
    return 'holds an array of Python objects, which is a pickle'
  if (begins(bytes, ...closed)) return 'is compressed in a way that cannot be looked into, and might be a pickle'
  if (depth >= deepest && (isZip(bytes) || isTar(bytes))) return 'holds archives within archives'
  if (isZip(bytes)) return inArchive(zipEntries(bytes), unpack, depth)
  if (isTar(bytes)) return inArchive(tarEntries(bytes), unpack, depth)
  const wrapping = compressed.find(({ marks }) => begins(bytes, ...marks))
  const inner = wrapping === undefined ? null : unpack(bytes, wrapping.how)
  if (typeof inner === 'string') return `is compressed ${inner}, and might be a pickle`
  if (inner === null) return null
  return depth >= deepest ? 'holds archives within archives' : danger(inner, unpack, depth + 1)
}

function inArchive(entries: ReturnType<typeof zipEntries>, unpack: Unpack, depth: number): string | null {
  if (entries === null) return 'is an archive whose contents cannot be listed'
  for (const { name, method, bytes } of entries) {
    if (pickled.test(name)) return 'holds a Python pickle'
    if (bytes.length === 0) continue
    const content = method === 0 ? bytes : method === 8 ? unpack(bytes, 'deflate') : null
    if (content === null || typeof content === 'string') return 'is an archive with a part that cannot be unpacked'
    const why = danger(content, unpack, depth + 1)
    if (why !== null) return why
  }
  return null
}
