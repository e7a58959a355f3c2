// The shipped worker with a hostile dependency in it: the airlock is first, as it is there; see hostile.ts.
import '../../../src/worker/airlock'
import './hostile'
import '../../../src/worker/main'
