/** Installs the Python of `training/`, so that an image that trains needs no network later: `node cli/train/prepare.ts`. */

import { trainingPython } from './python.ts'

await trainingPython(new AbortController().signal)
