import fc from 'fast-check'

// The same cases in every run: a red run is about the change that is looked at. `npm run fuzz` draws new ones.
fc.configureGlobal({ seed: 20_261_122 })
