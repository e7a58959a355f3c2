import pack from './eu.json'

export const eu: unknown = pack
