/**
 * Whether a way from a folder, as `relative` of node:path gives it, stays in that folder. Between two drives of Windows it is absolute.
 * @param sep the separator of that path
 */
export const staysInside = (way: string, sep: string): boolean =>
  way !== '..' && !way.startsWith(`..${sep}`) && !(sep === '\\' && /^(?:[a-z]:|\\)/i.test(way))
