#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { runCommand } from './commands'

process.exitCode = await runCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  assets: fileURLToPath(new URL('./assets/', import.meta.url)),
})
