/** Figures as details keep them: a number that is none is null. */
import { z } from 'zod'

export const number = z.number().nullable()
export const interval = z.tuple([number, number]).nullable()
