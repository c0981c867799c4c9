/** The config as it was before the change that is judged. */

export type BaseConfig =
  | { readonly kind: 'found'; readonly text: string; readonly commit: string }
  /** that commit can be read and has no such file */
  | { readonly kind: 'absent'; readonly commit: string }

/** @throws UserError BASE_UNREADABLE: what cannot be read is never "absent" */
export type ReadBaseConfig = () => Promise<BaseConfig>

/** No config is longer. */
export const maxConfigBytes = 2 ** 20
