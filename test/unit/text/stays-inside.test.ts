import { posix, win32 } from 'node:path'
import { expect, it } from 'vitest'
import { staysInside } from '../../../src/core/text/stays-inside.ts'

it.each([
  [posix, '/a', '/a', true],
  [posix, '/a', '/a/b/c', true],
  [posix, '/a', '/a/..b', true],
  [posix, '/a', '/ab', false],
  [posix, '/a/b', '/a', false],
  [posix, '/a', '/a/c:x', true],
  [win32, 'C:\\a', 'C:\\a\\b', true],
  [win32, 'C:\\a', 'C:\\b', false],
  [win32, 'C:\\a', 'D:\\a\\b', false],
  [win32, 'C:\\a', '\\\\server\\share\\a', false],
] as const)('%#: from %s, %s', ({ relative, sep }, folder, path, inside) => {
  expect(staysInside(relative(folder, path), sep)).toBe(inside)
})
