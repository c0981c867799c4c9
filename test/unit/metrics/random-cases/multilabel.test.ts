import { agreesOn } from './agreement.ts'

agreesOn('multilabel')
