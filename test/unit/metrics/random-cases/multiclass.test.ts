import { agreesOn } from './agreement.ts'

agreesOn('multiclass')
