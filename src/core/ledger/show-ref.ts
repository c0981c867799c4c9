/** A REF as people write it, for messages and results: of a URL host and path only. */
import type { ModelRef } from '../schema/config.ts'

export function showRef(ref: ModelRef): string {
  switch (ref.kind) {
    case 'path':
      return ref.path
    case 'alias':
      return ref.model === null ? ref.alias : `${ref.model}@${ref.alias}`
    case 'version':
      return ref.model === null ? ref.version : `${ref.model}@${ref.version}`
    case 'main':
      return 'main'
    case 'url':
      return showUrl(ref.url)
    case 'artifact':
      return ref.path === null ? `artifact:${ref.name}` : `artifact:${ref.name}/${ref.path}`
  }
}

const showUrl = (url: string): string => url.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/s, '')
