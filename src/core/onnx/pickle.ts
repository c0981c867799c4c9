/**
 * Is this a Python pickle? Told by walking its opcodes, without doing what any of them says: protocols 0 and 1 have no mark at the start.
 * Source: CPython Lib/pickletools.py, the operand of every opcode.
 */

/** operand after the opcode: a fixed number of bytes, a line, two lines, or a length of 1, 4 or 8 bytes and as many bytes */
type Operand = 0 | 1 | 2 | 4 | 8 | 'line' | 'lines' | 'len1' | 'len4' | 'len8'

const operands = new Map<number, Operand>()
const define = (operand: Operand, opcodes: string) => {
  for (const opcode of opcodes) operands.set(opcode.charCodeAt(0), operand)
}
define(0, '(.012NQRabdelostu]})\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94\x97\x98')
define(1, 'Khq\x80\x82')
define(2, 'M\x83')
define(4, 'Jjr\x84')
define(8, 'G\x95')
define('line', 'FILPSVgp')
define('lines', 'ci')
define('len1', 'CU\x8a\x8c')
define('len4', 'BTX\x8b')
define('len8', '\x8d\x8e\x96')

const stop = '.'.charCodeAt(0)
const proto = 0x80
const newline = '\n'.charCodeAt(0)
/** so many valid opcodes in a row are no accident, whatever comes after (joblib puts raw arrays between them) */
const enough = 200

export function isPickle(bytes: Uint8Array): boolean {
  if (bytes[0] === proto) return (bytes[1] ?? 255) <= 5
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0
  for (let count = 1; position < bytes.length; count += 1) {
    const opcode = bytes[position] ?? 0
    // a lone `.` is no program
    if (opcode === stop) return count > 1
    const operand = operands.get(opcode)
    if (operand === undefined) return false
    if (count >= enough) return true
    const after = skip(operand, position + 1, bytes, view)
    if (after === null) return false
    position = after
  }
  return false
}

/** Position after the operand, or null when the bytes end inside it. */
function skip(operand: Operand, at: number, bytes: Uint8Array, view: DataView): number | null {
  const within = (position: number) => (position <= bytes.length ? position : null)
  switch (operand) {
    case 'line':
      return line(bytes, at)
    case 'lines': {
      const second = line(bytes, at)
      return second === null ? null : line(bytes, second)
    }
    case 'len1':
      return at + 1 > bytes.length ? null : within(at + 1 + view.getUint8(at))
    case 'len4':
      return at + 4 > bytes.length ? null : within(at + 4 + view.getUint32(at, true))
    case 'len8':
      return at + 8 > bytes.length ? null : within(at + 8 + Number(view.getBigUint64(at, true)))
    default:
      return within(at + operand)
  }
}

function line(bytes: Uint8Array, at: number): number | null {
  const end = bytes.indexOf(newline, at)
  return end === -1 ? null : end + 1
}
