/** Resumable uploads as the tus project has them for Node.js. */
const { FileStore } = require('@tus/file-store');
const { Server } = require('@tus/server');

const [directory, port] = process.argv.slice(2);
const server = new Server({ path: '/upload/resumable', datastore: new FileStore({ directory }) });
server.listen({ host: '127.0.0.1', port: Number(port) });
