/**
 * Seeds of all that drift draws by chance: exchanges of blocks, of rows between sparse cells, the halves of a classifier. Any fixed numbers would do: equal
 * profiles give equal results, on every machine. They stand in the details of each result.
 */
export const driftSeeds = { blocks: 20010401, cells: 20010201, classifier: 20010401 } as const
