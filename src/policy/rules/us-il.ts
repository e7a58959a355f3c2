import pack from './us-il.json'

export const usIl: unknown = pack
