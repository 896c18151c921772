// Starts fauxqs on loopback: prints {"url": …}, serves until its standard input ends. To be run from the folder that holds
// node_modules. Its persistence, which is not used here, needs a module that Node has from version 22.5 on: an older one gets
// an empty module in its place.
import {isBuiltin, register} from 'node:module';

const hook = `export async function resolve(name, context, next) {
  if (name !== 'node:sqlite') return next(name, context);
  return {url: 'data:text/javascript,export class DatabaseSync {}', shortCircuit: true};
}`;
if (!isBuiltin('node:sqlite')) register('data:text/javascript,' + encodeURIComponent(hook));

const {buildApp} = await import('fauxqs');
const app = buildApp({logger: false});
await app.listen({host: '127.0.0.1', port: 0});
console.log(JSON.stringify({url: `http://127.0.0.1:${app.server.address().port}`}));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
