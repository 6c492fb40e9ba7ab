// A kernel in V8: for each line read, runs it and prints the result.
import {readFileSync, readSync, writeSync} from 'node:fs';

const {instance} = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
instance.exports._initialize?.();
const byte = Buffer.alloc(1);
while (readSync(0, byte) === 1) {
  if (byte[0] === 10) writeSync(1, `${instance.exports.run()}\n`);
}
