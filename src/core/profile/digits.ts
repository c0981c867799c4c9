/** Threads add in no fixed order: twelve digits are the same in every run. −0 is 0. */
export const digits12 = (value: number): number => Number(value.toPrecision(12)) + 0
