/** What a person is told instead of a name that is not there. */
import { describe, expect, it } from 'vitest'
import { columnsInstead, nearest, someOf, wordsInstead } from '../../../src/core/text/nearest.ts'

const genes = Array.from({ length: 5_000 }, (_, at) => `gene_${at}`)

describe('columns instead of one that is missing', () => {
  it('are all of them where they are few', () => {
    expect(columnsInstead('aeg', ['age', 'sex'])).toBe('did you mean age? its columns are: age, sex')
    expect(columnsInstead('x', ['y', 'z'])).toBe('its columns are: y, z')
  })
  it('are the nearest five of many, and their number', () => {
    expect(columnsInstead('Gene_123', [...genes, 'target'])).toBe(
      'the nearest of its 5,001 columns are: gene_123, gene_12, gene_13, gene_23, gene_103',
    )
  })
  it('are the first of many where thousands are missing, which are not compared one by one', () => {
    expect(columnsInstead('x', genes, 5_000)).toBe('its columns are: gene_0, gene_1, gene_2, gene_3, gene_4 and 4,995 others')
  })
})

describe('words instead of one that is not known', () => {
  it('are all of them in their order where they are few, else the nearest twelve and how many more', () => {
    expect(wordsInstead('z', ['b', 'a'], (one) => `"${one}"`)).toBe('"b", "a"')
    expect(wordsInstead('Gene_4999', genes)).toMatch(/^gene_4999, gene_499, (gene_\d+, ){9}gene_\d+ and 4,988 more$/)
  })
})

describe('some names', () => {
  it('are all up to twelve, else five and how many others', () => {
    expect(someOf(genes.slice(0, 12))).toBe(genes.slice(0, 12).join(', '))
    expect(someOf(genes.slice(0, 13))).toBe('gene_0, gene_1, gene_2, gene_3, gene_4 and 8 others')
  })
})

describe('the nearest name', () => {
  it('is one swap, slip or case away, or there is none', () => {
    expect(nearest('gnee_7', genes)).toBe('gene_7')
    expect(nearest('colour', genes)).toBeNull()
  })
})
