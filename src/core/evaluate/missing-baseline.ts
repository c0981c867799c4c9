/** Why there is nothing to compare with. */
export interface MissingBaseline {
  readonly kind: 'no-baseline' | 'not-comparable' | 'unchanged'
  /** a sentence */
  readonly because: string
  /** what would make them comparable, where more can be said of it than what every such check says */
  readonly fix?: string
}
