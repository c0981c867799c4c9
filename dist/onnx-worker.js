import { start } from './index.js'

await start('onnx-worker')
