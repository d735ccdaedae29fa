// Given to `node --import`, or imported: makes this process as large as one that has been busy for long. In buffers, as
// a server holds what it reads and sends: of V8's own large arrays the system copies less at a fork.
const MEGABYTE = 1024 * 1024;

const count = Number(process.env['BENCH_HEAP_MB']);
const held = Array.from({ length: count }, () => Buffer.alloc(MEGABYTE, 1));

// What nobody could ask for any more would be collected.
process.on('exit', () => held.length);
delete process.env['BENCH_HEAP_MB'];
