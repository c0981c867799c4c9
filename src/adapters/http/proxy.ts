/** Which proxy a URL goes through, by the usual variables; NO_PROXY lists hosts and their domains, `*` means all. */
export function proxyFor(url: URL, environment: Readonly<Record<string, string | undefined>>): string | null {
  if (url.protocol !== 'https:') return null
  const proxy = environment.HTTPS_PROXY || environment.https_proxy
  if (!proxy) return null
  const host = url.hostname.toLowerCase()
  const port = url.port === '' ? '443' : url.port
  const excepted = (environment.NO_PROXY || environment.no_proxy || '')
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .filter((entry) => entry !== '')
  const direct = excepted.some((entry) => {
    const [name = '', onPort] = entry.startsWith('[') ? [entry] : entry.split(':')
    return entry === '*' || ((onPort === undefined || onPort === port) && (host === name || host.endsWith(`.${name}`)))
  })
  return direct ? null : proxy
}
