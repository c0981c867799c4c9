/** What lies in git in the place of a file that another tool keeps, and where that tool keeps it. */

/** A pointer is never longer: the specification of Git LFS says 1024 bytes, a `.dvc` file of one output has about 200. */
export const mostPointerBytes = 4096

/**
 * sha256 of the content, 64 hex digits; null: the text is no pointer.
 * Source: git-lfs, docs/spec.md, version 1. One with extensions names other bytes than those that git-lfs checks out, and is none here.
 */
export const lfsPointer = (text: string): string | null =>
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize \d+\n?$/.exec(text)?.[1] ?? null

/** Of an object, below the common folder of git. @param oid 64 hex digits */
export const lfsObject = (oid: string): readonly string[] => ['lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid]

/** md5 of the file that a `.dvc` file tracks; null: it tracks a folder, several outputs, or none. Source: DVC, *.dvc file format*. */
export function dvcPointer(text: string): string | null {
  const [found, another] = [...text.matchAll(/^\s*(?:- )?md5: ([0-9a-f]{32})(\.dir)?\s*$/gm)]
  return found === undefined || another !== undefined || found[2] !== undefined ? null : (found[1] ?? null)
}

/** Of an object, below the cache: as DVC 3 keeps it, and as DVC 2 did. @param md5 32 hex digits */
export const dvcObjects = (md5: string): readonly (readonly string[])[] => {
  const place = [md5.slice(0, 2), md5.slice(2)]
  return [['files', 'md5', ...place], place]
}

/** `dir` of the section `[cache]` of a `.dvc/config`; null: it is not said. */
export function dvcCacheFolder(config: string): string | null {
  let section = ''
  for (const line of config.split('\n').map((text) => text.trim())) {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section
    const dir = section === 'cache' ? /^dir\s*=\s*(.+)$/.exec(line)?.[1] : undefined
    if (dir !== undefined) return dir
  }
  return null
}
