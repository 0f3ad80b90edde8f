// The back-end of the benchmark in Express, a process per core: "node express.cjs protected|open".
const cluster = require('node:cluster');
const os = require('node:os');

if (cluster.isPrimary) {
  const address = new Promise((resolve) => cluster.on('listening', (_, where) => resolve(where)));
  for (let i = 0; i < os.availableParallelism(); i++) cluster.fork();
  address.then(({ port }) => console.log(`Now listening on: http://127.0.0.1:${port}`));
} else {
  const express = require('express');
  const jwt = require('jsonwebtoken');
  const { BENCHMARK_SECRET: secret, BENCHMARK_ORIGIN: origin, BENCHMARK_ANSWER: answer } = process.env;
  const plans = JSON.parse(answer);

  function authenticate(request, response, next) {
    const header = request.headers.authorization;
    if (!header?.startsWith('Bearer ')) return response.sendStatus(401);
    try {
      request.user = jwt.verify(header.slice(7), secret, { algorithms: ['HS256'], issuer: origin, audience: origin });
    } catch {
      return response.sendStatus(401);
    }
    next();
  }

  const app = express();
  if (process.argv[2] === 'protected') app.use(authenticate);
  app.get('/api/planes', (_, response) => response.json(plans));
  // A connection waits for its turn while the others are measured.
  app.listen(0, '127.0.0.1').keepAliveTimeout = 600_000;
}
