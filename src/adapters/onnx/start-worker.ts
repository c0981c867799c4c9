/** What is spawned in development; the bundle has a stub of its own, `dist/onnx-worker.js`. */
import { main } from './worker.ts'

await main()
