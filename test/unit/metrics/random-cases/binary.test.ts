import { agreesOn } from './agreement.ts'

agreesOn('binary')
