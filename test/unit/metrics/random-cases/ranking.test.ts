import { agreesOn } from './agreement.ts'

agreesOn('ranking')
