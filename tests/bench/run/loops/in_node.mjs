// A kernel in V8: for each line read, runs it and prints the result.
import {readFileSync, readSync, writeSync} from 'node:fs';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
let instance;
if (WebAssembly.Module.imports(module).length > 0) {
  const wasi = new (await import('node:wasi')).WASI({version: 'preview1'});
  instance = new WebAssembly.Instance(module, wasi.getImportObject());
  wasi.initialize(instance);
} else {
  instance = new WebAssembly.Instance(module, {});
  instance.exports._initialize?.();
}
const byte = Buffer.alloc(1);
while (readSync(0, byte) === 1) {
  if (byte[0] === 10) writeSync(1, `${instance.exports.run()}\n`);
}
